package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the floor opens a file by itself, without what internal/db does

	"linli/internal/web/api"
)

// A Load is what a step of the program writes: so many rows of so many bytes.
type Load struct {
	Rows  [len(verbs)]int `json:"rows"`
	Bytes int             `json:"row_bytes"` // of one row, on the average
}

// Total is the number of rows of one case.
func (l *Load) Total() int {
	n := 0
	for _, rows := range l.Rows {
		n += rows
	}
	return n
}

// A floor is the least that a server could do: it decodes the body and commits the rows.
type floor struct {
	url  string
	load Load
	text string // of a row
	put  func(ctx context.Context, rows []any) error
	stop func() error
}

const floorTable = `create table floor_row (id integer primary key, body text not null)`

// serveFloor answers on the loopback.
func serveFloor(put func(context.Context, []any) error, stop func() error, l Load) (*floor, error) {
	f := &floor{load: l, put: put, text: strings.Repeat("文", l.Bytes/3+1)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f.url = "http://" + listener.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/cases", f.register)
	mux.HandleFunc("POST /api/v1/cases/{id}/steps", f.step)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go server.Serve(listener) // ends with Close
	f.stop = func() error { return errors.Join(server.Close(), stop()) }
	return f, nil
}

func (f *floor) register(w http.ResponseWriter, r *http.Request) {
	var in api.Intake
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.commit(w, r, 0)
}

func (f *floor) step(w http.ResponseWriter, r *http.Request) {
	var in api.Act
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for at, v := range verbs {
		if v == in.Verb {
			f.commit(w, r, at)
			return
		}
	}
	http.Error(w, "unknown verb", http.StatusBadRequest)
}

func (f *floor) commit(w http.ResponseWriter, r *http.Request, at int) {
	rows := make([]any, f.load.Rows[at])
	for i := range rows {
		rows[i] = f.text
	}
	if err := f.put(r.Context(), rows); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	w.Write([]byte(`{"case":"0000000000001"}`))
}

// A batch waits for its commit.
type batch struct {
	rows []any
	done chan error
}

// sqliteFloor commits whatever waits in one transaction, durably.
func sqliteFloor(ctx context.Context, dir string, l Load) (*floor, error) {
	d, err := sql.Open("sqlite", filepath.Join(dir, "floor.db"))
	if err != nil {
		return nil, err
	}
	conn, err := d.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	for _, q := range []string{"pragma journal_mode = wal", "pragma synchronous = full", floorTable} {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", q, err), d.Close())
		}
	}
	insert, err := conn.PrepareContext(ctx, "insert into floor_row (body) values (?)")
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	g := &grouper{conn: conn, insert: insert, queue: make(chan batch, 256), ended: make(chan struct{})}
	go g.run()
	stop := func() error {
		close(g.queue)
		<-g.ended
		return errors.Join(conn.Close(), d.Close())
	}
	return serveFloor(g.put, stop, l)
}

// A grouper writes each row by a statement, as rows of several tables have to be, and commits them together.
type grouper struct {
	conn   *sql.Conn
	insert *sql.Stmt
	queue  chan batch
	ended  chan struct{}
}

func (g *grouper) put(_ context.Context, rows []any) error {
	b := batch{rows, make(chan error, 1)}
	g.queue <- b
	return <-b.done
}

func (g *grouper) run() {
	defer close(g.ended)
	for first := range g.queue {
		group := []batch{first}
		for more := true; more && len(group) < 256; {
			select {
			case b, open := <-g.queue:
				if more = open; open {
					group = append(group, b)
				}
			default:
				more = false
			}
		}
		err := g.commit(group)
		for _, b := range group {
			b.done <- err
		}
	}
}

func (g *grouper) commit(group []batch) error {
	ctx := context.Background()
	if _, err := g.conn.ExecContext(ctx, "begin immediate"); err != nil {
		return err
	}
	for _, b := range group {
		for _, row := range b.rows {
			if _, err := g.insert.ExecContext(ctx, row); err != nil {
				return err
			}
		}
	}
	_, err := g.conn.ExecContext(ctx, "commit")
	return err
}

// postgresFloor commits each request by itself, in one round trip.
func postgresFloor(ctx context.Context, url string, l Load) (*floor, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, "create table floor_row (id bigint generated always as identity primary key, body text not null)")
	if err != nil {
		pool.Close()
		return nil, err
	}
	put := func(ctx context.Context, rows []any) error {
		b := &pgx.Batch{}
		for _, row := range rows {
			b.Queue("insert into floor_row (body) values ($1)", row)
		}
		return pool.SendBatch(ctx, b).Close() // one transaction, for nothing in it begins another
	}
	return serveFloor(put, func() error { pool.Close(); return nil }, l)
}
