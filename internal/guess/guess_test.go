package guess

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"credentials", "env", "exec", "prod", "prod-eu"}
	for name, want := range map[string]string{
		"credentails": "credentials",
		"credential":  "credentials",
		"prdo":        "",
		"porod":       "prod",
		"prod-eu":     "prod-eu",
		"x":           "",
		"":            "",
		"production":  "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
