package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"
)

// Limits of the HTTP server.
const (
	readHeader = 10 * time.Second
	readAll    = 2 * time.Minute // an attachment over a slow telephone
	writeAll   = 2 * time.Minute
	idle       = 2 * time.Minute
	stopWithin = 15 * time.Second
)

// Serve answers requests at addr and does the program's own work until ctx ends; then it lets requests finish, brings
// work to rest and returns. ready is called once with the address when requests are accepted.
func (a *App) Serve(ctx context.Context, addr string, h http.Handler, ready func(url string)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen at %s: %w", addr, err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: readHeader, ReadTimeout: readAll, WriteTimeout: writeAll, IdleTimeout: idle}
	s.RegisterOnShutdown(func() { close(a.stopping) })
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	rested := make(chan struct{})
	go func() { defer close(rested); a.Work(work) }()
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	ready("http://" + l.Addr().String())
	go debug.FreeOSMemory() // what reading the packs and drawing up the routes left
	select {
	case err = <-failed:
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		if err = s.Shutdown(stop); err != nil {
			err = errors.Join(err, s.Close())
		}
	}
	stopWork()
	<-rested
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}
