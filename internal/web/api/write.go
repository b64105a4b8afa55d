package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/once"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// Keyed is the header that every write carries.
type Keyed struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" doc:"本次写入的编号，由客户端产生；重发时不变"`
}

// written is an answer to a write.
type written[T any] struct {
	Replay string `header:"Idempotent-Replay" doc:"true：这是同一编号先前的答复"`
	ETag   string `header:"ETag" doc:"办件的版本"`
	Body   T
}

func replayed(again bool) string {
	if again {
		return "true"
	}
	return ""
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// versionOf reads an If-Match; "" and "*" match any version.
func versionOf(ifMatch string) (int64, error) {
	if ifMatch == "" || ifMatch == "*" {
		return 0, nil
	}
	v, err := strconv.ParseInt(strings.Trim(ifMatch, `"`), 10, 64)
	if err != nil || v <= 0 {
		return 0, fault.Invalid("If-Match", "应为读取办件时得到的 ETag")
	}
	return v, nil
}

// do does a write of the package's own nouns once: what casework takes once by itself does not go this way. about is what tells
// one request from another; it holds no secret.
func do[T any](ctx context.Context, a *API, key, name string, about any, work func(tx *db.Tx, by staff.Actor) (T, error)) (*written[T], error) {
	by := session.From(ctx)
	request, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(append([]byte(name+" "), request...))
	var w written[T]
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		w = written[T]{}
		stored, again, err := once.Do(tx, "api:"+by.AuditName(), key, hash[:], func() (_ []byte, err error) {
			if w.Body, err = work(tx, by); err != nil {
				return nil, err
			}
			return json.Marshal(w.Body)
		})
		if err == nil && again {
			w.Replay = replayed(true)
			err = json.Unmarshal(stored, &w.Body)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &w, nil
}

// Nothing is the answer of a write that has nothing to tell.
type Nothing struct{}
