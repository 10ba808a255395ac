package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"regexp"
)

var goodName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

type handler struct {
	root  *os.Root
	limit int64
}

func newHandler(root *os.Root, limit int64) http.Handler {
	h := handler{root, limit}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /files/{name}", h.named(h.put))
	mux.HandleFunc("GET /files/{name}", h.named(h.get))
	mux.HandleFunc("GET /healthz", h.health)
	return mux
}

// named refuses what is no plain file name before anything touches the folder.
func (h handler) named(next func(http.ResponseWriter, *http.Request, string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		if !goodName.MatchString(name) {
			http.Error(w, "a name is letters, digits, '.', '_' and '-'", http.StatusBadRequest)
			return
		}
		if err := next(w, r, name); err != nil {
			fail(w, err)
		}
	}
}

func fail(w http.ResponseWriter, err error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		http.Error(w, "no such file", http.StatusNotFound)
	case errors.As(err, &tooLarge):
		http.Error(w, "larger than the limit", http.StatusRequestEntityTooLarge)
	case errors.Is(err, errDigest):
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	default:
		log.Print(err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

var errDigest = errors.New("the body does not have the Content-Digest it was sent with")

// put writes beside the file and renames: a reader sees the old file or the new one, whole.
func (h handler) put(w http.ResponseWriter, r *http.Request, name string) error {
	temporary := ".tmp-" + rand.Text()
	file, err := h.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	defer h.root.Remove(temporary)
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), http.MaxBytesReader(w, r.Body, h.limit))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	digest := contentDigest(sum.Sum(nil))
	if wanted := r.Header.Get("Content-Digest"); wanted != "" && wanted != digest {
		return errDigest
	}
	if err := h.root.Rename(temporary, name); err != nil {
		return err
	}
	w.Header().Set("Content-Digest", digest)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, "%d bytes, sha256 %s\n", size, hex.EncodeToString(sum.Sum(nil)))
	return nil
}

// get reads the file twice, for the digest stands before the body.
func (h handler) get(w http.ResponseWriter, r *http.Request, name string) error {
	file, err := h.root.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	w.Header().Set("Content-Digest", contentDigest(sum.Sum(nil)))
	w.Header().Set("Content-Type", "application/octet-stream")
	info, err := file.Stat()
	if err != nil {
		return err
	}
	http.ServeContent(w, r, "", info.ModTime(), file)
	return nil
}

func (h handler) health(w http.ResponseWriter, _ *http.Request) {
	name := ".health-" + rand.Text()
	file, err := h.root.Create(name)
	if err == nil {
		err = errors.Join(file.Close(), h.root.Remove(name))
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

func contentDigest(sum []byte) string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum) + ":"
}
