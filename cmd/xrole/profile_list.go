package main

import (
	"errors"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/output"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileListCommand() *cli.Command {
	return &cli.Command{
		Name:            "list",
		Usage:           "show the profiles that assume a role",
		Description:     "Examples:\n   xrole profile list\n   xrole profile list --all --json",
		Flags:           []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "show every profile of both files"}, jsonFlag()},
		HideHelpCommand: true,
		Action:          a.profileList,
	}
}

func (a *app) profileList(c *cli.Context) error {
	if c.NArg() > 0 {
		return fault.New(fault.Usage, "profile list takes no argument").WithHint("xrole profile show %s", c.Args().First())
	}
	set, err := a.profiles()
	if err != nil {
		return err
	}
	all, errs := set.Profiles()
	if len(errs) > 0 {
		return errs[0]
	}
	views := []profileView{}
	for _, p := range all {
		if v := view(set, p); c.Bool("all") || v.isRole() {
			views = append(views, v)
		}
	}
	if c.Bool("json") {
		return a.printJSON(views)
	}
	rows := [][]string{{"PROFILE", "ACCOUNT", "ROLE", "SOURCE", "MFA", "REGION"}}
	for _, v := range views {
		rows = append(rows, v.row())
	}
	if len(rows) == 1 {
		return a.print([]byte("no role profiles; xrole profile add writes one\n"))
	}
	return a.print(output.Table(rows))
}

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
	v := profileView{Name: p.Name, File: p.File, Line: p.Line, Managed: p.Managed(), Properties: map[string]string{}, Chain: []hopView{}}
	for key, value := range p.Properties {
		if !profiles.Secret(key) {
			v.Properties[key] = value
		}
	}
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
	v.Chain = append(v.Chain, hopView{Kind: string(chain.Source.Kind), Profile: chain.Source.Profile, Settings: chain.Source.Settings})
	for _, h := range chain.Hops {
		v.Chain = append(v.Chain, hopView{Kind: "assume_role", Profile: h.Profile, Settings: h.Settings()})
	}
	return v
}

func (v profileView) isRole() bool {
	if v.chain == nil { // a role profile that is broken is one all the same
		return v.Managed || v.Properties["role_arn"] != ""
	}
	return len(v.chain.Hops) > 0
}

func (v profileView) row() []string {
	if v.chain == nil {
		return []string{v.Name, "", "error: xrole profile show " + v.Name, "", "", v.Properties["region"]}
	}
	account, role, device := "", "", v.chain.Source.MFASerial
	if n := len(v.chain.Hops); n > 0 {
		arn := v.chain.Hops[n-1].RoleARN
		parts := strings.SplitN(arn, ":", 6)
		if len(parts) == 6 {
			account, role = parts[4], strings.TrimPrefix(parts[5], "role/")
		}
		device = v.chain.Hops[0].MFASerial
	}
	source := v.chain.Source.Profile
	if v.chain.Source.Kind != profiles.SourceStatic {
		source += " (" + string(v.chain.Source.Kind) + ")"
	}
	return []string{v.Name, account, role, source, device[strings.LastIndexByte(device, '/')+1:], v.chain.Region}
}
