package main

import (
	"bufio"
	"context"
	"os"
	"runtime"
	"strings"

	"github.com/xrole/xrole/internal/fault"
)

// question is something that a flag would have answered.
type question struct {
	flag string
	text string
	// again is asked after an answer that will not do; text, if empty.
	again string
	// check makes the answer's value, or says why it will not do; nil for any.
	check func(string) (string, error)
	// optional takes an empty answer.
	optional bool
}

// tries is how often an answer may be wrong.
const tries = 3

// inquire gets an answer that will do. It is asked on the terminal itself, as codes are, but in
// the terminal's own line mode: the answer shows, and Ctrl-C is a signal as everywhere.
func (a *app) inquire(ctx context.Context, q question) (string, error) {
	if err := a.terminal().Reachable(); err != nil {
		return "", fault.New(fault.Usage, "%s is missing, and nobody can be asked for it: %v", q.flag, err).
			WithHint("give %s", q.flag).Because(err)
	}
	in, out := "/dev/tty", "/dev/tty"
	if runtime.GOOS == "windows" {
		in, out = "CONIN$", "CONOUT$"
	}
	keyboard, err := os.Open(in)
	if err != nil {
		return "", mute(err)
	}
	screen, err := os.OpenFile(out, os.O_WRONLY, 0)
	if err != nil {
		return "", mute(err)
	}
	defer func() { _ = screen.Close() }()
	lines := bufio.NewReader(keyboard)
	for range tries {
		if _, err := screen.WriteString(q.text); err != nil {
			return "", mute(err)
		}
		answer, ended, err := readAnswer(ctx, lines)
		switch {
		case err != nil:
			return "", err
		case answer == "" && q.optional && !ended:
			return "", nil
		case answer == "":
			return "", fault.New(fault.Usage, "%s is missing", q.flag).WithHint("give %s", q.flag)
		case q.check == nil:
			return answer, nil
		}
		var value string
		if value, err = q.check(answer); err == nil {
			return value, nil
		}
		if _, err := screen.WriteString(err.Error() + "\n"); err != nil {
			return "", mute(err)
		}
		if q.again != "" {
			q.text = q.again
		}
	}
	return "", fault.New(fault.Usage, "%d answers that will not do", tries).WithHint("give %s", q.flag)
}

func mute(err error) error {
	return fault.New(fault.Other, "the terminal can't be used: %v", err).Because(err)
}

// readAnswer waits for a line. ended is true at the end of the input: Ctrl-D.
func readAnswer(ctx context.Context, lines *bufio.Reader) (answer string, ended bool, err error) {
	type line struct {
		text  string
		ended bool
	}
	answers := make(chan line, 1)
	go func() {
		text, err := lines.ReadString('\n') // at its end the terminal gives what there is
		answers <- line{strings.TrimSpace(text), err != nil}
	}()
	select {
	case <-ctx.Done():
		return "", false, fault.New(fault.Interrupted, "interrupted").Because(ctx.Err())
	case l := <-answers:
		return l.text, l.ended, nil
	}
}
