package suite

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorder stands for the test that asks: it remembers how it was ended.
type recorder struct {
	testing.TB
	skipped, fatal string
}

func (r *recorder) Helper()             {}
func (r *recorder) Logf(string, ...any) {}
func (r *recorder) Name() string        { return "TestClients/aws" }
func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run calls f as the testing package would: in a goroutine of its own, which
// Skipf and Fatalf end.
func run(f func(testing.TB)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

func TestNeed(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "no-such-program")
	here, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		need func(testing.TB)
		want string // part of the reason; "" if the test goes on
	}{
		{"program there", func(t testing.TB) { Need(t, here) }, ""},
		{"program missing", func(t testing.TB) { Need(t, here, missing) }, "no-such-program not on PATH"},
		{"file there", func(t testing.TB) { NeedFile(t, "the test", here) }, ""},
		{"file missing", func(t testing.TB) { NeedFile(t, "a module", missing) }, "a module not there"},
		{"command succeeds", func(t testing.TB) { NeedRun(t, "list", here, "-test.list=^$") }, ""},
		{"command fails", func(t testing.TB) { NeedRun(t, "boto3", missing) }, "boto3 not usable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			notes := filepath.Join(t.TempDir(), "left-out")
			t.Setenv(EnvCI, "")
			t.Setenv(EnvLeftOut, notes)
			r := run(tt.need)
			written, _ := os.ReadFile(notes)
			if tt.want == "" {
				if r.skipped != "" || r.fatal != "" || len(written) > 0 {
					t.Fatalf("ended: skipped %q, fatal %q, noted %q", r.skipped, r.fatal, written)
				}
				return
			}
			if !strings.Contains(r.skipped, tt.want) || r.fatal != "" {
				t.Errorf("skipped %q, fatal %q; want skipped with %q", r.skipped, r.fatal, tt.want)
			}
			if got := string(written); !strings.HasPrefix(got, "suite TestClients/aws: ") ||
				!strings.Contains(got, tt.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("noted %q, want one line with %q", got, tt.want)
			}

			t.Setenv(EnvCI, "true")
			if r := run(tt.need); !strings.Contains(r.fatal, tt.want) || r.skipped != "" {
				t.Errorf("CI: skipped %q, fatal %q; want fatal with %q", r.skipped, r.fatal, tt.want)
			}
		})
	}
}

func TestLeaveOutFailsWhenItCannotBeNoted(t *testing.T) {
	t.Setenv(EnvCI, "")
	t.Setenv(EnvLeftOut, t.TempDir())
	r := run(func(t testing.TB) { LeaveOut(t, "no bus") })
	if !strings.Contains(r.fatal, "no bus") || r.skipped != "" {
		t.Errorf("skipped %q, fatal %q; want fatal", r.skipped, r.fatal)
	}
}

func TestLine(t *testing.T) {
	got := line("/x/b001/cache.test", "TestSecretService", "a\nb")
	if want := "cache TestSecretService: a b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
