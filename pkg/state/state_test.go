package state

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRecordsComeBackInOrderOfTheirEnd(t *testing.T) {
	d := Dir(filepath.Join(t.TempDir(), "sessions"))
	if all, err := d.List(); err != nil || len(all) != 0 {
		t.Errorf("a folder that does not exist: %v, %v", all, err)
	}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i, profile := range []string{"late", "Late", "a/../b:c", strings.Repeat("x", 400), "soon"} {
		if err := d.Put(Record{Kind: Role, Profile: profile, Expiration: now.Add(time.Duration(-i) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(string(d), "role-torn.json"), []byte(`{"version":`), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := d.List()
	if err != nil || len(all) != 5 || all[0].Profile != "soon" || all[4].Profile != "late" {
		t.Errorf("got %+v, %v", all, err)
	}
	if r, ok := d.Get(Role, "a/../b:c"); !ok || r.Profile != "a/../b:c" {
		t.Errorf("got %+v, %v", r, ok)
	}
	if _, ok := d.Get(MFA, "soon"); ok {
		t.Error("a role's record was taken for an MFA session's")
	}
	for range 2 { // the second time there is none
		if err := d.Remove(Role, "soon"); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := d.Get(Role, "soon"); ok {
		t.Error("a removed record is still there")
	}
}

func TestFilesAreTheUsersAlone(t *testing.T) {
	d := Dir(filepath.Join(t.TempDir(), "sessions"))
	if err := d.Put(Record{Kind: Role, Profile: "prod"}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(string(d))
	if err != nil || len(entries) != 1 {
		t.Fatalf("entries %v, %v: want the record alone", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
