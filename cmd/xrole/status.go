package main

import (
	"encoding/json"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/output"
	"github.com/xrole/xrole/pkg/state"
)

func (a *app) statusCommand() *cli.Command {
	return &cli.Command{
		Name:            "status",
		Usage:           "show every live session: profile, role, time left",
		Description:     "Looks at xrole's own notes alone: no keyring, no network.\n\nExamples:\n   xrole status\n   xrole status --json",
		Flags:           []cli.Flag{jsonFlag()},
		HideHelpCommand: true,
		Action:          a.status,
	}
}

func jsonFlag() cli.Flag { return &cli.BoolFlag{Name: "json", Usage: "print JSON"} }

// sessionStatus is one session as `status --json` prints it.
type sessionStatus struct {
	Kind        state.Kind `json:"kind"`
	Profile     string     `json:"profile"`
	Role        string     `json:"role"`
	Account     string     `json:"account,omitempty"`
	Region      string     `json:"region,omitempty"`
	Expiration  time.Time  `json:"expiration"`
	SecondsLeft int        `json:"seconds_left"`
}

func (a *app) status(c *cli.Context) error {
	if c.NArg() > 0 {
		return fault.New(fault.Usage, "status takes no argument").WithHint("xrole status")
	}
	records, err := a.state().List()
	if err != nil {
		return a.notesFailed(err)
	}
	now := a.now()
	live := []sessionStatus{}
	for _, r := range records {
		if left := r.Expiration.Sub(now); left > 0 {
			live = append(live, sessionStatus{
				Kind: r.Kind, Profile: r.Profile, Role: r.Role, Account: r.Account, Region: r.Region,
				Expiration: r.Expiration, SecondsLeft: int(left.Seconds()),
			})
		}
	}
	if c.Bool("json") {
		return a.printJSON(live)
	}
	if len(live) == 0 {
		return a.print([]byte("no live sessions\n"))
	}
	rows := [][]string{{"PROFILE", "SESSION", "ROLE OR DEVICE", "LEFT"}}
	for _, s := range live {
		rows = append(rows, []string{s.Profile, string(s.Kind), s.Role, output.TimeLeft(s.Expiration, now)})
	}
	return a.print(output.Table(rows))
}

func (a *app) printJSON(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return a.print(append(data, '\n'))
}
