package scenario

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
)

// A client speaks to the API as one account.
type client struct {
	url, token string
	http       http.Client
}

func newClient(url, token string) *client {
	return &client{url: url, token: strings.TrimSpace(token), http: http.Client{Timeout: patience}}
}

// send makes a request; a key makes it a write that is taken once. The error is of the connection.
func (c *client) send(ctx context.Context, method, path, key string, body []byte) (status int, answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	w, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer w.Body.Close()
	answer, err = io.ReadAll(w.Body)
	return w.StatusCode, answer, err
}
