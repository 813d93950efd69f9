package main

import (
	"bufio"
	"context"
	"os"
	"runtime"
	"strings"

	"github.com/xrole/xrole/internal/fault"
)

// ask gets an answer to a question that a flag would have answered. It is
// asked on the terminal itself, as codes are, but in the terminal's own line
// mode: the answer shows, and Ctrl-C is a signal as everywhere.
func (a *app) ask(ctx context.Context, flag, question string) (string, error) {
	in, out := "/dev/tty", "/dev/tty"
	if runtime.GOOS == "windows" {
		in, out = "CONIN$", "CONOUT$"
	}
	keyboard, err := os.Open(in)
	if err != nil {
		return "", fault.New(fault.Usage, "%s is missing, and there is no terminal to ask on", flag).
			WithHint("give %s", flag).Because(err)
	}
	screen, err := os.OpenFile(out, os.O_WRONLY, 0)
	if err != nil {
		return "", fault.New(fault.Other, "the terminal can't be written to: %v", err).Because(err)
	}
	defer func() { _ = screen.Close() }()
	if _, err := screen.WriteString(question); err != nil {
		return "", fault.New(fault.Other, "the terminal can't be written to: %v", err).Because(err)
	}
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(keyboard).ReadString('\n') // at its end the terminal gives what there is
		answers <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		return "", fault.New(fault.Interrupted, "interrupted").Because(ctx.Err())
	case answer := <-answers:
		if answer == "" {
			return "", fault.New(fault.Usage, "%s is missing", flag).WithHint("give %s", flag)
		}
		return answer, nil
	}
}
