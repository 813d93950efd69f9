//go:build linux

package acceptance

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// teamFile is what a team shares with the people of the world.
const teamFile = "[xrole-team]\nversion = 1\nname = analysts\n\n[profile logs]\nregion = us-east-1\n" +
	"xrole_role_arn = arn:aws:iam::111111111111:role/DevLogAccessRole\nxrole_source_profile = analyst\n"

// teamServer is an https server that the world trusts as one whose
// certificate the system's roots vouch for. Go looks for those where these
// variables say, on Linux.
func teamServer(t *testing.T, w *world, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handle)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(roots, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "SSL_CERT_FILE="+roots, "SSL_CERT_DIR="+filepath.Dir(roots), "NO_PROXY=127.0.0.1")
	return server
}

func (w *world) config() string {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.home, ".aws", "config"))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

func TestTeamFromAnAddress(t *testing.T) {
	w := newWorld(t, nil)
	var mu sync.Mutex
	text, asked := teamFile, []string{}
	server := teamServer(t, w, func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var head bytes.Buffer
		_ = r.Header.Write(&head)
		asked = append(asked, head.String())
		if r.URL.Path == "/old.ini" {
			http.Redirect(rw, r, "/team.ini", http.StatusMovedPermanently)
			return
		}
		_, _ = io.WriteString(rw, text)
	})
	before := w.config()
	untrusting := *w
	untrusting.env = append(append([]string(nil), w.env...), "SSL_CERT_FILE=/dev/null", "SSL_CERT_DIR="+t.TempDir())
	if r := untrusting.xrole("profile", "import", server.URL+"/team.ini", "--yes"); r.code != 1 || !strings.Contains(r.errout, "failed to verify certificate") {
		t.Errorf("a certificate of nobody's: %d %s", r.code, r.errout)
	}
	if w.config() != before {
		t.Error("something was written")
	}
	w.ok("profile", "import", server.URL+"/old.ini?X-Amz-Signature="+canary, "--yes")
	if !strings.HasPrefix(w.config(), before) || !strings.Contains(w.config(), "[profile logs]") {
		t.Errorf("%s", w.config())
	}
	mu.Lock()
	text = strings.Replace(text, "us-east-1", "eu-west-1", 1)
	for _, head := range asked {
		if !strings.Contains(head, "User-Agent: xrole/") || strings.Contains(head, "Referer") || strings.Contains(head, "Authorization") || strings.Contains(head, "Cookie") {
			t.Errorf("sent: %s", head)
		}
	}
	mu.Unlock()
	if out := w.ok("profile", "import", server.URL+"/team.ini", "--yes"); !strings.Contains(out, "0 added, 1 changed, 0 removed") {
		t.Error(out)
	}
}

// A server that does not answer is left at once by who presses Ctrl-C.
func TestTeamFromASilentServer(t *testing.T) {
	w := newWorld(t, nil)
	reached := make(chan struct{}, 1)
	server := teamServer(t, w, func(_ http.ResponseWriter, r *http.Request) {
		reached <- struct{}{}
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := w.command(ctx, "xrole", "profile", "import", server.URL+"/team.ini", "--yes")
	var errout bytes.Buffer
	cmd.Stderr = &errout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	begin := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its exit code is looked at
	if code := cmd.ProcessState.ExitCode(); code != 130 || errout.String() != "xrole: error: interrupted\n" || time.Since(begin) > 5*time.Second {
		t.Errorf("%d after %v: %s", code, time.Since(begin), errout.String())
	}
}

// What is written is what was shown: a file that changes while the question
// stands is not.
func TestTeamQuestionOutdated(t *testing.T) {
	w := newWorld(t, nil)
	file := filepath.Join(w.home, "team.ini")
	if err := os.WriteFile(file, []byte(teamFile), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var errout bytes.Buffer
	cmd := w.command(ctx, "xrole", "profile", "import", file)
	cmd.Stderr = &errout
	term := w.onTerminal(cmd)
	term.expect("[y/N]: ", 1)
	w.ok("profile", "add", "mine", "--role-arn", "arn:aws:iam::999999999999:role/Mine", "--source-profile", "dev")
	meanwhile := w.config()
	term.typeIn("y\r")
	if code := term.wait(); code != 3 || !strings.Contains(errout.String(), "was changed in the meantime\nxrole: hint: import again\n") {
		t.Errorf("%d: %s", code, errout.String())
	}
	if w.config() != meanwhile {
		t.Errorf("%s", w.config())
	}
}

// Imports of one team and of others, all at once, lose nothing of each other's.
func TestTeamsTogether(t *testing.T) {
	w := newWorld(t, nil)
	before := w.config()
	var group sync.WaitGroup
	for i := range 12 {
		name := fmt.Sprintf("t%d", i/2) // two imports each
		file := filepath.Join(w.home, name+".ini")
		text := strings.NewReplacer("name = analysts", "name = "+name, "profile logs", "profile logs-"+name).Replace(teamFile)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			if r := w.xrole("profile", "import", file, "--yes"); r.code != 0 {
				t.Errorf("%s: %d %s", name, r.code, r.errout)
			}
		})
	}
	group.Wait()
	after := w.config()
	if !strings.HasPrefix(after, before) || strings.Count(after, "\nxrole_import = ") != 6 {
		t.Errorf("%s", after)
	}
}
