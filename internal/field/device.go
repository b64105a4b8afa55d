package field

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
)

// Offline is how long a device may sync without its worker logging in again.
const Offline = 30 * 24 * time.Hour

var goodDevice = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// ErrToken is inside the forbidden fault for a token that is unknown or has ended.
var ErrToken = errors.New("token of a device is not good")

// tokensMost is how many tokens of one device hold at once: an answer with a new one may be lost on its way.
const tokensMost = 4

// Admit gives a device of an actor a new token. The last few go on until they end. The plain text is returned this once.
func Admit(tx *db.Tx, by staff.Actor, device string) (string, error) {
	if !goodDevice.MatchString(device) {
		return "", fault.Invalid("device", "设备编号不对，应为 8 到 64 个字母、数字")
	}
	plain := strings.ToLower(rand.Text() + rand.Text())
	hash := sha256.Sum256([]byte(plain))
	err := tx.Exec(`delete from field_device where account = ? and device = ? and hash not in
		(select hash from field_device where account = ? and device = ? order by at desc, hash limit ?)`, by.Account, device, by.Account, device, tokensMost-1)
	if err != nil {
		return "", fmt.Errorf("end former tokens: %w", err)
	}
	err = tx.Exec(`insert into field_device (hash, account, device, at, ends_at) values (?, ?, ?, ?, ?)`,
		hash[:], by.Account, device, db.At(tx.Now()), db.At(tx.Now().Add(Offline)))
	if err != nil {
		return "", fmt.Errorf("store token of device: %w", err)
	}
	return plain, nil
}

// Known returns the worker of a device by its token. Returns forbidden around ErrToken.
func Known(tx *db.Tx, token string) (Worker, error) {
	hash := sha256.Sum256([]byte(token))
	var w Worker
	var ends db.Time
	err := tx.QueryRow(`select account, ends_at from field_device where hash = ?`, hash[:]).Scan(&w.Account, &ends)
	if errors.Is(err, db.ErrNoRows) || err == nil && !tx.Now().Before(ends.Time) {
		return w, &fault.Error{Kind: fault.KindForbidden, Format: "这台设备的同步凭证已失效，请重新登录；未发送的记录仍在手机上", Err: ErrToken}
	}
	if err != nil {
		return w, fmt.Errorf("read token of device: %w", err)
	}
	a, err := staff.AccountOf(tx, w.Account)
	w.Closed = a.Disabled
	return w, err
}

// SweepDevices forgets tokens that have ended, some thousand at a time, and returns how many.
func SweepDevices(tx *db.Tx) (int64, error) {
	n, err := tx.ExecCount(`delete from field_device where hash in (select hash from field_device where ends_at <= ? order by ends_at limit 1000)`, db.At(tx.Now()))
	if err != nil {
		return 0, fmt.Errorf("sweep devices: %w", err)
	}
	return n, nil
}
