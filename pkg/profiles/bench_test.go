package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manyProfiles writes a config and a credentials file of n profiles each.
func manyProfiles(tb testing.TB, n int) Files {
	tb.Helper()
	dir := tb.TempDir()
	var conf, cred strings.Builder
	for i := range n {
		fmt.Fprintf(&conf, "# team %d\n[profile p%d]\nregion = eu-central-1\ncredential_process = /usr/local/bin/xrole credentials p%d\n"+
			"xrole_role_arn = arn:aws:iam::111111111111:role/Role%d\nxrole_source_profile = s%d\nxrole_mfa_serial = arn:aws:iam::222222222222:mfa/alice\n\n", i, i, i, i, i)
		fmt.Fprintf(&cred, "[s%d]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n\n", i)
	}
	files := Files{Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials")}
	for path, text := range map[string]string{files.Config: conf.String(), files.Credentials: cred.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return files
}

// BenchmarkChain is what a warm `xrole credentials` spends here.
func BenchmarkChain(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			files, name := manyProfiles(b, n), fmt.Sprintf("p%d", n/2)
			b.ReportAllocs()
			for b.Loop() {
				s, err := Load(files)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Chain(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkScan is the scan alone, of a file in memory.
func BenchmarkScan(b *testing.B) {
	files := manyProfiles(b, 10000)
	data, err := os.ReadFile(files.Config)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newFile("config", data, false); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad is the scan of a file on disk.
func BenchmarkLoad(b *testing.B) {
	files := manyProfiles(b, 10000)
	files.Credentials = ""
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(files); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProfiles(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, err := Load(manyProfiles(b, n))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, errs := s.Profiles(); len(errs) > 0 {
					b.Fatal(errs)
				}
			}
		})
	}
}
