package guess

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"credentials", "login", "env", "exec", "prod", "prod-eu"}
	for name, want := range map[string]string{
		"lgoin":      "login",
		"exce":       "exec",
		"credential": "credentials",
		"prdo":       "prod",
		"porod":      "prod",
		"prod-eu":    "prod-eu",
		"x":          "",
		"":           "",
		"production": "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
