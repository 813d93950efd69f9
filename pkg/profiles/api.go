package profiles

import (
	"context"
	"errors"
)

// Header names one section of a file.
type Header struct{ Type, Name string }

// ProfileHeader is the header of a profile in the config file.
func ProfileHeader(name string) Header { return Header{Type: "profile", Name: name} }

// Property is one key and its value.
type Property struct{ Key, Value string }

// Edit says what to change in one section.
type Edit struct {
	Set   []Property
	Unset []string
}

var errEarly = errors.New("not built yet")

func (s *Set) Warnings(name string) []string { return nil }

func Splice(data []byte, header Header, e Edit) ([]byte, error) { return nil, errEarly }
func Cut(data []byte, header Header) ([]byte, error)            { return nil, errEarly }
func Update(ctx context.Context, path, lockDir string, change func(old []byte) ([]byte, error)) error {
	return errEarly
}
func Diff(path string, old, new []byte) string { return "" }
