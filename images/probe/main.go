// Probe is a file server of a few lines: it shows that a volume mounted in several pods is one volume, and that what goes
// in through one node comes out through another unharmed.
//
//	PUT /files/NAME  stores the body; with a Content-Digest of `sha-256=:BASE64:` only a body that has it
//	GET /files/NAME  gives it back; every answer about a file carries its Content-Digest
//	GET /healthz     answers 200 when the folder can be written
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	folder := flag.String("folder", "/data", "folder that holds the files")
	listen := flag.String("listen", ":8080", "address to listen on")
	limit := flag.Int64("limit", 1<<30, "largest file, in bytes")
	flag.Parse()

	root, err := os.OpenRoot(*folder)
	if err != nil {
		log.Fatalf("cannot open the folder: %v", err)
	}
	server := &http.Server{
		Addr:              *listen,
		Handler:           newHandler(root, *limit),
		ReadHeaderTimeout: 10 * time.Second,
		// A slow node moves 100 MB in well under this.
		ReadTimeout:  5 * time.Minute,
		WriteTimeout: 5 * time.Minute,
		IdleTimeout:  60 * time.Second,
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	go func() {
		<-stop.Done()
		ending, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := server.Shutdown(ending); err != nil {
			log.Printf("ended with transfers under way: %v", err)
		}
	}()
	log.Printf("serving %s on %s", *folder, *listen)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
