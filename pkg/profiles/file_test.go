package profiles

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLargeFile reads a file piece by piece and expects what one that is held
// in memory gives.
func TestLargeFile(t *testing.T) {
	for _, eol := range []string{"\n", "\r\n"} {
		var text strings.Builder
		text.WriteString("\ufeff# first" + eol)
		for i := range 5000 {
			fmt.Fprintf(&text, "[profile p%d]%sregion = r%d # c%s  more%s%s", i, eol, i, eol, eol, strings.Repeat(eol, i%3))
		}
		fmt.Fprintf(&text, "[profile last]%slong = %s%sa = 1", eol, strings.Repeat("x", holdLimit), eol)
		s := mustLoad(t, text.String(), "")
		if !inMemory(int64(text.Len())) && s.config.data != nil {
			t.Fatal("the file is held in memory")
		}
		held, err := newFile(s.config.path, []byte(text.String()), false)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.config.sections.marks, held.sections.marks) || !bytes.Equal(s.config.sections.names, held.sections.names) || s.config.sections.size != held.sections.size {
			t.Error("other sections than in memory")
		}
		small := &Set{config: held}
		for _, name := range []string{"p0", "p1777", "p4999", "last"} {
			got, err := s.Profile(name)
			if err != nil {
				t.Fatal(err)
			}
			want, err := small.Profile(name)
			if err != nil || !maps.Equal(got.Properties, want.Properties) || got.Line != want.Line || len(want.Properties) == 0 {
				t.Errorf("%s: %.80q, want %.80q (%v)", name, got.Properties, want.Properties, err)
			}
		}
		if list, errs := s.Profiles(); len(list) != 5001 || len(errs) > 0 {
			t.Errorf("%d profiles, %v", len(list), errs)
		}
		if !bytes.Equal(s.ConfigBytes(), held.data) {
			t.Error("other bytes than in memory")
		}
		if w := s.Warnings("p1777"); len(w) != 2 {
			t.Errorf("warnings %q", w)
		}

		malformed := text.String() + eol + "bad" + eol
		_, err = load(t, malformed, "")
		contains(t, err, fmt.Sprintf(":%d:", strings.Count(malformed, "\n")), "bad")

		if err := os.WriteFile(s.config.path, []byte(text.String()+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if inMemory(int64(text.Len())) {
			continue
		}
		_, err = s.Profile("p1")
		contains(t, err, "changed while it was read")
		_, errs := s.Profiles()
		if len(errs) != 1 {
			t.Errorf("errors %v", errs)
		}
	}
}

// TestReplacedFile goes on with the file that was loaded when another takes its
// place, as it does when another xrole writes.
func TestReplacedFile(t *testing.T) {
	for name, filler := range map[string]string{"small": "", "large": strings.Repeat("# more\n", holdLimit)} {
		old := "[profile p]\nregion = old\n" + filler
		s := mustLoad(t, old, "")
		err := Update(t.Context(), s.files.Config, t.TempDir(), func([]byte) ([]byte, error) {
			return []byte("# put before\n[profile p]\nregion = new\n"), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := s.Profile("p"); err != nil || p.Properties["region"] != "old" {
			t.Errorf("%s: %v", name, err)
		}
		if string(s.ConfigBytes()) != old {
			t.Errorf("%s: other bytes than were loaded", name)
		}
		if err := os.Remove(s.files.Config); err != nil {
			t.Fatal(err)
		}
		if _, errs := s.Profiles(); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

// TestSettled has somebody write into the file in place while it is scanned.
func TestSettled(t *testing.T) {
	for _, filler := range []string{"", strings.Repeat("# more\n", holdLimit)} {
		for _, times := range []int{2, 100} {
			path, calls := filepath.Join(t.TempDir(), "config"), 0
			text := "[profile p]\n" + filler
			f, err := settled(func() (file, error) {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					return file{}, err
				}
				f, err := scanFile(path, false)
				if calls++; calls <= times {
					text += "torn\n"
					return f, errors.Join(err, os.WriteFile(path, []byte(text), 0o600))
				}
				return f, err
			})
			if times > maxTries {
				contains(t, err, "changed while it was read")
				continue
			}
			contains(t, err, "torn")
			if calls != times+1 || f.from != nil {
				t.Errorf("%d scans", calls)
			}
		}
	}
}
