package main

import (
	"errors"
	"maps"
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

// profileView is a profile as `show --json` and `list --json` print it.
type profileView struct {
	Name       string            `json:"name"`
	File       string            `json:"file"`
	Line       int               `json:"line"`
	Managed    bool              `json:"managed"`
	Properties map[string]string `json:"properties"`
	Chain      []hopView         `json:"chain"`
	Error      string            `json:"error,omitempty"`

	chain *profiles.Chain
}

// hopView is one step from the source to the role. Settings are named as in
// the config file, without "xrole_".
type hopView struct {
	Kind     string            `json:"kind"`
	Profile  string            `json:"profile,omitempty"`
	Settings map[string]string `json:"settings,omitempty"`
}

func view(set *profiles.Set, p *profiles.Profile) profileView {
	v := profileView{Name: p.Name, File: p.File, Line: p.Line, Managed: p.Managed(), Properties: p.Public(), Chain: []hopView{}}
	chain, err := set.Chain(p.Name)
	if err != nil {
		v.Error = err.Error()
		var e *fault.Error
		if errors.As(err, &e) && e.Hint != "" {
			v.Error += " (" + e.Hint + ")"
		}
		return v
	}
	v.chain = chain
	v.Chain = append(v.Chain, sourceView(chain.Source))
	for _, h := range chain.Hops {
		v.Chain = append(v.Chain, hopView{Kind: "assume_role", Profile: h.Profile, Settings: h.Settings()})
	}
	return v
}

func sourceView(s profiles.Source) hopView {
	settings := maps.Clone(s.Settings)
	for key, value := range map[string]string{
		"credential_process": profiles.PublicCommand(s.Process), "mfa_serial": s.MFASerial, "mfa_process": profiles.PublicCommand(s.MFAProcess),
	} {
		if value != "" {
			settings[key] = value
		}
	}
	return hopView{Kind: string(s.Kind), Profile: s.Profile, Settings: settings}
}

func (v profileView) isRole() bool {
	if v.chain == nil { // a role profile that is broken is one all the same
		return v.Managed || v.Properties["role_arn"] != ""
	}
	return len(v.chain.Hops) > 0
}

// role is the ARN of the role that the chain ends in, "" for a source.
func (v profileView) role() string {
	if v.chain == nil || len(v.chain.Hops) == 0 {
		return ""
	}
	return v.chain.Hops[len(v.chain.Hops)-1].RoleARN
}

// row is the profile's line of the table, the time left of its session excepted.
func (v profileView) row() []string {
	if v.chain == nil {
		return []string{v.Name, "", "error: xrole profile show " + v.Name, "", "", v.Properties["region"]}
	}
	account, role, device := "", "", deviceOf(v.chain)
	if parts := strings.SplitN(v.role(), ":", 6); len(parts) == 6 {
		account, role = parts[4], strings.TrimPrefix(parts[5], "role/")
	}
	source := v.chain.Source.Profile
	if v.chain.Source.Kind != profiles.SourceStatic {
		source += " (" + string(v.chain.Source.Kind) + ")"
	}
	return []string{v.Name, account, role, source, device[strings.LastIndexByte(device, '/')+1:], v.chain.Region}
}
