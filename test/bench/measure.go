package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// command is a process to start: what the table calls it, and how.
type command struct {
	name string
	argv []string
	env  []string
}

// output runs c and returns its stdout; the error carries its stderr.
func (c command) output(ctx context.Context) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", c.name, err, stderr.String())
	}
	return stdout.String(), nil
}

// once runs c with nothing but the null device for its streams and returns
// how long the whole process took, from before the fork to after the wait.
func (c command) once(ctx context.Context) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Env = c.env
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	if err != nil {
		// Once more, for what it has to say.
		_, err = c.output(ctx)
		return 0, fmt.Errorf("%s failed while it was measured: %w", c.name, err)
	}
	return took, nil
}

// interleave measures every command once a round, one after the other, so that
// whatever slows the machine down for a while slows all of them. Every second
// round goes backwards: no command always runs in the wake of the same one.
// The first warmup rounds are not counted.
func interleave(ctx context.Context, commands []command, warmup, rounds int) ([]sample, error) {
	samples := make([]sample, len(commands))
	for round := range warmup + rounds {
		for i := range commands {
			if round%2 == 1 {
				i = len(commands) - 1 - i
			}
			took, err := commands[i].once(ctx)
			if err != nil {
				return nil, err
			}
			if round >= warmup {
				samples[i] = append(samples[i], took)
			}
		}
	}
	for _, s := range samples {
		slices.Sort(s)
	}
	return samples, nil
}

// sample is how long each run of a command took, shortest first.
type sample []time.Duration

// quantile returns the value that the part q of the sample, between 0 and 1,
// does not exceed; between two values, their weighted mean.
func (s sample) quantile(q float64) time.Duration {
	at := q * float64(len(s)-1)
	i := int(at)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + time.Duration((at-float64(i))*float64(s[i+1]-s[i]))
}

func (s sample) median() time.Duration { return s.quantile(0.5) }

// over is how many times longer than base the sample is, by their medians.
func (s sample) over(base sample) float64 {
	return float64(s.median()) / float64(base.median())
}
