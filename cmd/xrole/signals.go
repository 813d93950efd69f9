package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interruptible is a context that the first signal ends. It begins to listen
// when somebody first asks for Done: a call that is served from the keyring
// never does, and is spared a handler that costs it a tenth of its time.
// Until then a signal ends the process as it does any other.
type interruptible struct {
	context.Context // never ends
	once            sync.Once
	mu              sync.Mutex
	listening       context.Context
}

func newInterruptible() *interruptible { return &interruptible{Context: context.Background()} }

// Done returns the channel that the first signal closes. A second one ends
// what does not listen to the first.
func (c *interruptible) Done() <-chan struct{} {
	c.once.Do(func() {
		ctx, stop := signal.NotifyContext(c.Context, endings()...)
		context.AfterFunc(ctx, stop)
		c.mu.Lock()
		c.listening = ctx
		c.mu.Unlock()
	})
	return c.listening.Done()
}

// Err returns context.Canceled once a signal has come.
func (c *interruptible) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listening == nil {
		return nil
	}
	return c.listening.Err()
}

// endings are the signals that end a run. One that our parent had ignored, as
// nohup does, stays ignored, for us and for what `exec` puts in our place.
func endings() []os.Signal {
	var signals []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}
