package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of Standard Webhooks.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

const secretPrefix = "whsec_"

var encoding = base64.StdEncoding

// secretKey decodes a secret; the standard asks for 24 to 64 bytes.
func secretKey(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := encoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("secret: want whsec_ and 24 to 64 bytes in base64")
	}
	return key, nil
}

// sign returns the signature of a message: "v1," and the HMAC-SHA256 of id, timestamp and body joined by full stops.
func sign(secret, id, timestamp string, body []byte) (string, error) {
	key, err := secretKey(secret)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + encoding.EncodeToString(mac.Sum(nil)), nil
}

// tolerance is how far a timestamp may be from the receiver's clock.
const tolerance = 5 * time.Minute

// CheckSignature is what a receiver does: it reports whether the headers sign body with the secret, at about now.
func CheckSignature(secret string, h http.Header, body []byte, now time.Time) error {
	stamp := h.Get(headerTimestamp)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errors.New("webhook without a timestamp")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return errors.New("webhook is too old or from the future")
	}
	want, err := sign(secret, h.Get(headerID), stamp, body)
	if err != nil {
		return err
	}
	for _, got := range strings.Fields(h.Get(headerSignature)) {
		if hmac.Equal([]byte(got), []byte(want)) {
			return nil
		}
	}
	return errors.New("webhook with a wrong signature")
}
