package db_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		writeUntilKilled(url) // see durable_test.go
		return
	}
	goleak.VerifyTestMain(m)
}
