package grid

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/field"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Sync serves devices.
type Sync struct {
	Town  *part.Town
	Inbox *field.Inbox
}

// SyncRoutes registers the addresses of devices.
func SyncRoutes(mux *http.ServeMux, s *Sync) {
	mux.Handle("GET /field/pack", answer(s.pack))
	mux.Handle("POST /field/sync", answer(s.sync))
	mux.Handle("PUT /field/photos/{sha}", answer(s.photo))
}

// answer writes what f returns as JSON, and a fault with its status and words.
func answer(f func(w http.ResponseWriter, r *http.Request) (status int, body any, err error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body, err := f(w, r)
		if err != nil {
			status, body = troubled(r, err)
		}
		text, err := json.Marshal(body)
		if err != nil {
			slog.ErrorContext(r.Context(), "answer to a device failed", "path", r.URL.Path, "error", err)
			http.Error(w, `{"error":"internal"}`, http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-store")
		if status == http.StatusServiceUnavailable {
			h.Set("Retry-After", "5")
		}
		w.WriteHeader(status)
		w.Write(text)
	})
}

func troubled(r *http.Request, err error) (int, any) {
	status := ui.Status(err)
	if errors.Is(err, session.ErrAnonymous) || errors.Is(err, field.ErrToken) {
		status = http.StatusUnauthorized
	}
	if status == http.StatusInternalServerError {
		slog.ErrorContext(r.Context(), "request of a device failed", "path", r.URL.Path, "error", err)
	}
	return status, map[string]string{"error": ui.Words(r.Context(), err)}
}

// worker is who syncs: by the token of the device when there is one, for it may be that of whoever used the telephone before.
func worker(tx *db.Tx, r *http.Request) (field.Worker, error) {
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Field") {
		return field.Known(tx, strings.TrimSpace(token))
	}
	if err := session.Require(r); err != nil {
		return field.Worker{}, err
	}
	return field.Worker{Account: session.Actor(r).Account}, nil
}

// sync takes a batch.
func (s *Sync) sync(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var batch field.Batch
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, field.MaxBytes)).Decode(&batch); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return 0, nil, err
		}
		return 0, nil, fault.Invalid("items", "没有传完或格式不对，请重新同步")
	}
	where, err := s.Inbox.Locate(r.Context(), batch)
	if err != nil {
		return 0, nil, err
	}
	var out struct {
		Now     db.Time        `json:"now"`
		Results []field.Result `json:"results"`
	}
	err = s.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		who, err := worker(tx, r)
		if err != nil {
			return err
		}
		out.Now = db.At(tx.Now())
		out.Results, err = s.Inbox.Accept(tx, who, batch, where)
		return err
	})
	return http.StatusOK, out, err
}

// photo takes the bytes of one photo.
func (s *Sync) photo(w http.ResponseWriter, r *http.Request) (int, any, error) {
	sha := r.PathValue("sha")
	known := false
	err := s.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		who, err := worker(tx, r)
		if err == nil {
			known, err = field.HasPhoto(tx, who, sha)
		}
		return err
	})
	if err != nil || known {
		return http.StatusOK, struct{}{}, err
	}
	brought, cause := s.Inbox.Bring(http.MaxBytesReader(w, r.Body, s.Town.Files.Limit()+1), sha)
	bad := ""
	if cause != nil {
		if fault.KindOf(cause) != fault.KindInvalid {
			return 0, nil, cause
		}
		bad = fault.As(cause).Message()
	}
	fresh := false
	err = s.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		who, err := worker(tx, r)
		if err == nil {
			fresh, err = s.Inbox.Arrived(tx, who, sha, brought, bad)
		}
		return err
	})
	switch {
	case err != nil:
		return 0, nil, err
	case cause != nil:
		return 0, nil, cause
	case fresh:
		return http.StatusCreated, struct{}{}, nil
	}
	return http.StatusOK, struct{}{}, nil
}
