package cache

import "context"

// none is the keyring of those who want none: it never has anything and keeps
// nothing.
type none struct{}

func (none) Get(context.Context, Key) (Entry, error) { return Entry{}, ErrMissing }
func (none) Put(context.Context, Key, Entry) error   { return nil }
func (none) Delete(context.Context, Key) error       { return nil }
func (none) Items(context.Context) ([]string, error) { return nil, nil }
func (none) Name() string                            { return "none" }
