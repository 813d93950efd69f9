package team

import (
	"slices"
	"strings"

	"github.com/xrole/xrole/pkg/profiles"
)

// origin is what xrole_import says of a profile:
//
//	xrole_import = analysts/logs source_profile=dev region role_arn
//
// It is profile "logs" of team "analysts". The other words are the keys that
// imports have set, xrole_ left out: what is not among them is the person's
// own. The source profile comes with the name that it has in the team's file,
// because here it may have another.
type origin struct {
	team, name string
	source     string // "" where the team's file named none
	keys       []string
}

func (o origin) String() string {
	words := []string{o.team + "/" + o.name}
	if o.source != "" {
		words = append(words, strings.TrimPrefix(keySource, profiles.Prefix)+"="+o.source)
	}
	for _, key := range o.keys {
		words = append(words, strings.TrimPrefix(key, profiles.Prefix))
	}
	return strings.Join(words, " ")
}

// parseOrigin reads what String wrote; false if it could not have.
func parseOrigin(value string) (origin, bool) {
	words := strings.Fields(value)
	if len(words) == 0 {
		return origin{}, false
	}
	var o origin
	var found bool
	o.team, o.name, found = strings.Cut(words[0], "/")
	if !found || Name(o.team) != nil || profiles.ProfileName(o.name) != nil {
		return origin{}, false
	}
	for _, word := range words[1:] {
		if source, is := strings.CutPrefix(word, strings.TrimPrefix(keySource, profiles.Prefix)+"="); is {
			o.source = source
			continue
		}
		key := profiles.Prefix + word
		if word == "region" {
			key = word
		}
		// What the team can't have named, it doesn't take away.
		if key == keySource || !slices.Contains(shared, key) {
			return origin{}, false
		}
		o.keys = append(o.keys, key)
	}
	return o, true
}

// owns are the keys that the team decided at the last import.
func (o origin) owns() []string {
	if o.source == "" {
		return o.keys
	}
	return append([]string{keySource}, o.keys...)
}
