package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/sandbox"
	"github.com/xrole/xrole/pkg/credentials"
)

// inside is the running sandbox, for the commands that speak to it.
func (a *app) inside() (sandbox.Client, error) {
	client := sandbox.Client{URL: a.getenv(sandboxURL), Token: credentials.Secret(a.getenv(sandboxToken))}
	if client.URL == "" {
		return client, fault.New(fault.Usage, "this is not inside a sandbox").WithHint("xrole sandbox")
	}
	return client, nil
}

func sandboxFailed(err error) error { return fault.New(fault.Other, "%v", err).Because(err) }

func (a *app) sandboxCodeCommand() *cli.Command {
	return &cli.Command{
		Name:      "code",
		Usage:     "print an MFA code that AWS would take now",
		UsageText: "xrole sandbox code [--device ARN] [--wait]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "device", Value: "arn:aws:iam::222222222222:mfa/alice", Usage: "the `ARN` of the device"},
			&cli.BoolFlag{Name: "wait", Usage: "wait for the next code if those of the moment are used"},
		},
		HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			client, err := a.inside()
			if err != nil {
				return err
			}
			code, err := client.Code(c.Context, c.String("device"))
			var none *sandbox.NoCodeError
			if errors.As(err, &none) && c.Bool("wait") {
				select {
				case <-time.After(none.Wait):
				case <-c.Context.Done():
				}
				code, err = client.Code(c.Context, c.String("device"))
			}
			if err != nil {
				return sandboxFailed(err)
			}
			return a.print([]byte(code + "\n"))
		},
	}
}

func (a *app) sandboxCallsCommand() *cli.Command {
	return &cli.Command{
		Name:            "calls",
		Usage:           "print every call that reached AWS, one JSON object a line",
		HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			client, err := a.inside()
			if err != nil {
				return err
			}
			calls, err := client.Calls(c.Context)
			if err != nil {
				return sandboxFailed(err)
			}
			var b strings.Builder
			for _, call := range calls {
				line, err := call.JSON()
				if err != nil {
					return err
				}
				_, _ = fmt.Fprintf(&b, "%s\n", line)
			}
			return a.print([]byte(b.String()))
		},
	}
}

func (a *app) sandboxAdvanceCommand() *cli.Command {
	return &cli.Command{
		Name:            "advance",
		Usage:           "move AWS's clock forward",
		ArgsUsage:       "TIME",
		HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			client, err := a.inside()
			if err != nil {
				return err
			}
			by, err := time.ParseDuration(c.Args().First())
			if err != nil {
				return fault.New(fault.Usage, "%q is no time", c.Args().First()).WithHint("xrole sandbox advance 30s")
			}
			if err := client.Advance(c.Context, by); err != nil {
				return sandboxFailed(err)
			}
			return nil
		},
	}
}

func (a *app) sandboxGetCommand() *cli.Command {
	return &cli.Command{
		Name:            "get",
		Usage:           "read an S3 object with the credentials of the environment, where there is no AWS CLI",
		ArgsUsage:       "s3://BUCKET/KEY",
		Description:     "Example:\n   xrole exec prod -- xrole sandbox get s3://my-prod-data-bucket/report.csv",
		HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			client, err := a.inside()
			if err != nil {
				return err
			}
			bucket, key, ok := strings.Cut(strings.TrimPrefix(c.Args().First(), "s3://"), "/")
			if !ok || bucket == "" || key == "" {
				return fault.New(fault.Usage, "%q names no object", c.Args().First()).WithHint("xrole sandbox get s3://BUCKET/KEY")
			}
			body, err := client.Get(c.Context, credentials.Credentials{
				AccessKeyID:     a.getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: credentials.Secret(a.getenv("AWS_SECRET_ACCESS_KEY")),
				SessionToken:    credentials.Secret(a.getenv("AWS_SESSION_TOKEN")),
			}, bucket, key)
			if err != nil {
				return fault.New(fault.Refused, "%v", err).Because(err)
			}
			return a.print(body)
		},
	}
}
