package mfa

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
)

// maxInput bounds what is kept of an answer, in bytes. A code has six; a
// passphrase may be a sentence.
const maxInput = 256

// once hands out the right to answer a single time.
type once struct {
	mu   sync.Mutex
	used bool
}

func (o *once) take() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	first := !o.used
	o.used = true
	return first
}

type fixed struct {
	once  once
	token string
}

// NewFixed returns an Asker that gives token once, and ErrNobody after that: a
// code works once. It serves --mfa-token and XROLE_MFA_TOKEN.
func NewFixed(token string) Asker { return &fixed{token: token} }

func (f *fixed) Interactive() bool { return false }

func (f *fixed) Code(ctx context.Context, _ Request) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if !f.once.take() {
		return "", nobody("the code that was given has been used")
	}
	return strings.TrimSpace(f.token), nil
}

type reader struct {
	once once
	r    io.Reader
}

// NewReader returns an Asker that takes one line of r as the code, and has
// ErrNobody after that. It reads byte by byte, so that what follows the line is
// left for a child that inherits r, and no more than a short line. It serves
// `--mfa-token -`.
//
// A reader can't be interrupted: when the deadline passes, its last Read stays
// behind until it returns or the process ends.
func NewReader(r io.Reader) Asker { return &reader{r: r} }

func (r *reader) Interactive() bool { return false }

func (r *reader) Code(ctx context.Context, _ Request) (string, error) {
	if !r.once.take() {
		return "", nobody("the code that was given has been used")
	}
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := readLine(r.r, maxInput)
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		return a.line, a.err
	case <-ctx.Done():
		return "", ended(ctx, Deadline, "nothing came from standard input")
	}
}

// readLine reads up to the end of the line, of the input, or of the bound.
func readLine(r io.Reader, bound int) (string, error) {
	var line []byte
	b := make([]byte, 1)
	for len(line) < bound {
		n, err := r.Read(b)
		if n == 1 {
			if b[0] == '\n' {
				break
			}
			line = append(line, b[0])
		}
		if errors.Is(err, io.EOF) {
			if len(line) == 0 {
				return "", nobody("standard input is empty")
			}
			break
		}
		if err != nil {
			return "", nobody("standard input can't be read").Because(errors.Join(ErrNobody, err))
		}
	}
	return strings.TrimSpace(string(line)), nil
}
