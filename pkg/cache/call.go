package cache

import (
	"context"
	"errors"
	"time"
)

var errPanic = errors.New("the keyring library broke down")

type result[T any] struct {
	value T
	err   error
}

// start runs f in a goroutine of its own, which outlives a caller that stops
// waiting. The keyring library takes no context, and it panics where a service
// answers with a type that it does not expect, or goes away during a prompt.
func start[T any](f func() (T, error)) <-chan result[T] {
	done := make(chan result[T], 1)
	go func() {
		defer func() {
			if recover() != nil { // its text is not ours, and is dropped
				done <- result[T]{err: errPanic}
			}
		}()
		value, err := f()
		done <- result[T]{value, err}
	}()
	return done
}

// within runs f and returns ErrTimeout, bare, if that takes longer than d.
func within[T any](ctx context.Context, d time.Duration, f func() (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case r := <-start(f):
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-timer.C:
		return none, ErrTimeout
	}
}
