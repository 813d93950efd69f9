package main

import (
	"context"

	"github.com/xrole/xrole/internal/fault"
)

// ask gets an answer to a question that a flag would have answered. It is
// asked on the terminal itself, as MFA codes are.
func (a *app) ask(ctx context.Context, flag, question string) (string, error) {
	answer, err := a.terminal().Line(ctx, question)
	if ctx.Err() != nil {
		return "", fault.New(fault.Interrupted, "interrupted").Because(err)
	}
	if err != nil {
		return "", fault.New(fault.Usage, "%s is missing and can't be asked for: %v", flag, err).
			WithHint("give %s", flag).Because(err)
	}
	if answer == "" {
		return "", fault.New(fault.Usage, "%s is missing", flag).WithHint("give %s", flag)
	}
	return answer, nil
}
