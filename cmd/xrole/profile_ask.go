package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/output"
	"github.com/xrole/xrole/pkg/profiles"
)

// missing completes a new profile's settings by asking for what it can't be
// without. Who gave both role and source is asked nothing at all.
func (a *app) missing(ctx context.Context, set *profiles.Set, settings []profiles.Property) ([]profiles.Property, error) {
	asked := false
	answer := func(key string, q question) (string, error) {
		asked = true
		value, err := a.inquire(ctx, q)
		if value != "" {
			settings = append(settings, profiles.Property{Key: key, Value: value})
		}
		return value, err
	}
	if valueOf(settings, "xrole_role_arn") == "" {
		q := question{flag: "--role-arn", text: "Role ARN: ", check: made("xrole_role_arn")}
		if _, err := answer("xrole_role_arn", q); err != nil {
			return nil, err
		}
	}
	source := valueOf(settings, "xrole_source_profile")
	if source == "" && valueOf(settings, "xrole_credential_source") == "" {
		var err error
		if source, err = answer("xrole_source_profile", sourceQuestion(sourcesIn(set))); err != nil {
			return nil, err
		}
	}
	if asked && valueOf(settings, "xrole_mfa_serial") == "" && lacksDevice(set, source) {
		q := question{
			flag: "--mfa-serial", text: fmt.Sprintf("MFA device of %q, empty for none: ", source),
			check: made("xrole_mfa_serial"), optional: true,
		}
		if _, err := answer("xrole_mfa_serial", q); err != nil {
			return nil, err
		}
	}
	return settings, nil
}

func made(key string) func(string) (string, error) {
	return func(v string) (string, error) { return profiles.MakeValue(key, v) }
}

// candidate is a profile that can be a source.
type candidate struct {
	name, kind, device string
	role               bool
}

// sourcesIn are the profiles that resolve: those with credentials of their own
// in front of those that are roles themselves.
func sourcesIn(set *profiles.Set) []candidate {
	var all []candidate
	for _, name := range set.Names() {
		chain, err := set.Chain(name)
		if err != nil {
			continue
		}
		all = append(all, candidate{name, string(chain.Source.Kind), deviceOf(chain), len(chain.Hops) > 0})
	}
	slices.SortStableFunc(all, func(x, y candidate) int {
		switch {
		case x.role == y.role:
			return 0
		case y.role:
			return -1
		}
		return 1
	})
	return all
}

// deviceOf is the MFA device that a chain's codes come from.
func deviceOf(chain *profiles.Chain) string {
	for _, h := range chain.Hops {
		if h.MFASerial != "" {
			return h.MFASerial
		}
	}
	return chain.Source.MFASerial
}

// lacksDevice holds for a source whose own keys could present a code, but for
// which no device is known.
func lacksDevice(set *profiles.Set, source string) bool {
	chain, err := set.Chain(source)
	return err == nil && deviceOf(chain) == "" && chain.Source.Kind == profiles.SourceStatic && !chain.Source.Static.Temporary()
}

// sourceQuestion offers the candidates by number; a name will do as well.
func sourceQuestion(all []candidate) question {
	const most = 30
	var rows [][]string
	for i, s := range all {
		if i == most {
			break
		}
		kind, device := s.kind, "no MFA device"
		if s.role {
			kind = "role"
		}
		if s.device != "" {
			device = "MFA " + s.device
		}
		rows = append(rows, []string{" " + strconv.Itoa(i+1), s.name, kind, device})
	}
	text := "Source profile: "
	if len(rows) > 0 {
		text = string(output.Table(rows)) + "Source profile, by number or name: "
	}
	if len(all) > most {
		text = fmt.Sprintf("%sand %d more\n%s", output.Table(rows), len(all)-most, "Source profile, by number or name: ")
	}
	return question{flag: "--source-profile", text: text, again: "Source profile: ", check: func(v string) (string, error) {
		if slices.ContainsFunc(all, func(s candidate) bool { return s.name == v }) {
			return v, nil
		}
		if n, err := strconv.Atoi(v); err == nil && n >= 1 && n <= len(all) {
			return all[n-1].name, nil
		}
		return "", fault.New(fault.Usage, "there is no source profile %s", strings.TrimSpace(strconv.Quote(v)))
	}}
}
