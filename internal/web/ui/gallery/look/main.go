// Look serves the gallery by itself: go run ./internal/web/ui/gallery/look -addr 127.0.0.1:8099
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"

	"linli/internal/web/ui/gallery"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8099", "where to listen")
	flag.Parse()
	fmt.Printf("gallery at http://%s/\n", *addr)
	log.Fatal(http.ListenAndServe(*addr, gallery.Handler()))
}
