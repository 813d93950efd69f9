//go:build unix

// Package acceptance tests xrole as a user meets it: the built program, real
// AWS clients, real shells, real keyrings and a real terminal, against the
// strict AWS of internal/sandbox. Nothing in here looks inside.
package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/xrole/xrole/internal/keyringtest"
)

// bin is the folder that holds the xrole under test, and nothing else.
var bin string

func TestMain(m *testing.M) {
	if code, ran := keyringtest.Isolate(); ran {
		os.Exit(code)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "xrole-acceptance-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin = dir
	build := exec.Command("go", "build", "-tags", "urfave_cli_no_docs", "-o", filepath.Join(bin, "xrole"), "github.com/xrole/xrole/cmd/xrole")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v: %v\n%s", build, err, out)
		return 1
	}
	return m.Run()
}
