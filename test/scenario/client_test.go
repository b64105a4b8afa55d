package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A client speaks to the API as one account.
type client struct {
	url, token string
	http       http.Client
}

func newClient(url, token string) *client {
	return &client{url: url, token: strings.TrimSpace(token), http: http.Client{Timeout: patience}}
}

// send makes a request; a key makes it a write that is taken once. When it is told that it comes too often it waits a second. The
// error is of the connection.
func (c *client) send(ctx context.Context, method, path, key string, body []byte) (status int, answer []byte, err error) {
	for {
		status, answer, err = c.sendOnce(ctx, method, path, key, body)
		if err != nil || status != http.StatusTooManyRequests {
			return status, answer, err
		}
		rest := time.NewTimer(time.Second)
		select {
		case <-rest.C:
		case <-ctx.Done():
			rest.Stop()
			return 0, nil, ctx.Err()
		}
	}
}

func (c *client) sendOnce(ctx context.Context, method, path, key string, body []byte) (status int, answer []byte, err error) {
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

// A receipt is what the API answers to a registration.
type receipt struct {
	Case   string    `json:"case"`
	Number string    `json:"number"`
	Code   string    `json:"code"`
	At     time.Time `json:"at"`
}

// register registers the n-th letter of a load. ok says that the program acknowledged it.
func (c *client) register(ctx context.Context, key, title string) (r receipt, ok bool, why string) {
	body, err := json.Marshal(map[string]any{"flow": "mailbox", "title": title, "body": title + "，请派人看看。", "place": "411291001001",
		"reporter": map[string]any{"name": "许甲", "phone": "19900000001"}, "sets": map[string]any{"weight": "ordinary", "digest": title}})
	if err != nil {
		return r, false, err.Error()
	}
	status, answer, err := c.send(ctx, http.MethodPost, "/api/v1/cases", key, body)
	switch {
	case err != nil:
		return r, false, err.Error()
	case status != http.StatusCreated:
		return r, false, fmt.Sprintf("%d %s", status, answer)
	}
	if err := json.Unmarshal(answer, &r); err != nil {
		return r, false, err.Error()
	}
	return r, true, ""
}

// accept takes the second step with a case.
func (c *client) accept(ctx context.Context, r receipt, key string) (ok bool, why string) {
	status, answer, err := c.send(ctx, http.MethodPost, "/api/v1/cases/"+r.Case+"/steps", key, []byte(`{"verb":"accept"}`))
	if err != nil {
		return false, err.Error()
	}
	return status == http.StatusCreated, fmt.Sprintf("%d %s", status, answer)
}
