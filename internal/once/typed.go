package once

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"linli/internal/db"
)

// For is Do for a request and a result that are kept as JSON: whoever asks again with the same key gets the same result.
func For[T any](tx *db.Tx, actorKey, key string, request any, work func() (T, error)) (T, error) {
	var out T
	b, err := json.Marshal(request)
	if err != nil {
		return out, fmt.Errorf("request of idempotency key: %w", err)
	}
	sum := sha256.Sum256(b)
	stored, replayed, err := Do(tx, actorKey, key, sum[:], func() ([]byte, error) {
		v, err := work()
		if err != nil {
			return nil, err
		}
		out = v
		return json.Marshal(v)
	})
	if err == nil && replayed {
		err = json.Unmarshal(stored, &out)
	}
	return out, err
}
