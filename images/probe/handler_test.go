package main

import (
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func serve(t *testing.T, limit int64) (*httptest.Server, string) {
	t.Helper()
	folder := t.TempDir()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newHandler(root, limit))
	t.Cleanup(server.Close)
	return server, folder
}

func ask(t *testing.T, method, url, body, digest string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if digest != "" {
		request.Header.Set("Content-Digest", digest)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return contentDigest(sum[:])
}

func TestGivesBackWhatWasPut(t *testing.T) {
	server, _ := serve(t, 1<<20)
	body := strings.Repeat("0123456789\x00\xff", 5000)
	if answer, text := ask(t, "PUT", server.URL+"/files/a.bin", body, digestOf(body)); answer.StatusCode != 201 {
		t.Fatalf("%d %s", answer.StatusCode, text)
	}
	answer, got := ask(t, "GET", server.URL+"/files/a.bin", "", "")
	if got != body || answer.Header.Get("Content-Digest") != digestOf(body) {
		t.Fatalf("%d bytes came back, digest %s", len(got), answer.Header.Get("Content-Digest"))
	}
}

func TestKeepsTheOldFileWhenTheNewOneIsBad(t *testing.T) {
	server, folder := serve(t, 8)
	ask(t, "PUT", server.URL+"/files/a", "old", "")
	if answer, _ := ask(t, "PUT", server.URL+"/files/a", "new", digestOf("else")); answer.StatusCode != 422 {
		t.Errorf("a wrong digest was answered %d", answer.StatusCode)
	}
	if answer, _ := ask(t, "PUT", server.URL+"/files/a", "far too long", ""); answer.StatusCode != 413 {
		t.Errorf("a large file was answered %d", answer.StatusCode)
	}
	if _, text := ask(t, "GET", server.URL+"/files/a", "", ""); text != "old" {
		t.Errorf("the file became %q", text)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRefusesNamesThatAreNoFileNames(t *testing.T) {
	server, folder := serve(t, 8)
	for _, name := range []string{"..%2Fa", "%2e%2e", ".hidden", "a%00b", "a%2Fb", strings.Repeat("a", 129)} {
		if answer, _ := ask(t, "PUT", server.URL+"/files/"+name, "x", ""); answer.StatusCode != 400 {
			t.Errorf("%s was answered %d", name, answer.StatusCode)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	if answer, text := ask(t, "GET", server.URL+"/files/link", "", ""); answer.StatusCode == 200 {
		t.Errorf("a link led out of the folder: %s", text)
	}
}

func TestIsHealthyWhileTheFolderCanBeWritten(t *testing.T) {
	server, folder := serve(t, 8)
	if answer, _ := ask(t, "GET", server.URL+"/healthz", "", ""); answer.StatusCode != 200 {
		t.Errorf("a good folder was answered %d", answer.StatusCode)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if answer, _ := ask(t, "GET", server.URL+"/healthz", "", ""); answer.StatusCode != 503 {
		t.Errorf("a folder that is gone was answered %d", answer.StatusCode)
	}
	if answer, _ := ask(t, "GET", server.URL+"/files/none", "", ""); answer.StatusCode != 404 {
		t.Errorf("a missing file was answered %d", answer.StatusCode)
	}
}
