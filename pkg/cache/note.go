package cache

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// note is what the holders of one lock tell each other. No secrets.
type note struct {
	// Mark tells one shared failure from the next.
	Mark    string    `json:"mark,omitempty"`
	Failure *Failure  `json:"failure,omitempty"`
	Used    string    `json:"used,omitempty"`
	UsedAt  time.Time `json:"used_at,omitzero"`
	Denied  time.Time `json:"denied,omitzero"`
}

// readNote returns the note at path, the zero note if it can't be read: a note
// only ever spares work.
func readNote(path string) note {
	var n note
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &n) != nil {
		return note{}
	}
	return n
}

// write replaces the note at path in one step, so that nobody reads half of it.
func (n note) write(path string) error {
	data, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("note: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("note: %w", err)
	}
	_, err = f.Write(data)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("note: %w", err)
	}
	return nil
}

// rename replaces path. Windows refuses while somebody has it open, which
// readers have for a moment.
func rename(from, path string) (err error) {
	for range 20 {
		if err = os.Rename(from, path); err == nil || runtime.GOOS != "windows" {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return err
}
