package main

import (
	"fmt"
	"io"
	"time"
)

// row is one measured command and what it is held against.
type row struct {
	name   string
	sample sample
	// base is what the ratio is taken to, nil for none, and baseName how the
	// table calls it.
	base     sample
	baseName string
	// limit is the most that the ratio may be; 0 for none.
	limit float64
}

// verdict says whether the row keeps its limit.
func (r row) verdict() string {
	switch {
	case r.limit == 0:
		return ""
	case r.sample.over(r.base) <= r.limit:
		return fmt.Sprintf("at most %.1f: kept", r.limit)
	}
	return fmt.Sprintf("at most %.1f: **broken**", r.limit)
}

func writeTimes(w io.Writer, rows []row) {
	fmt.Fprintln(w, "| whole process | median | 10 % to 90 % | ratio | to | goal |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- |")
	for _, r := range rows {
		ratio := ""
		if r.base != nil {
			ratio = fmt.Sprintf("%.2f", r.sample.over(r.base))
		}
		fmt.Fprintf(w, "| %s | %s | %s to %s | %s | %s | %s |\n", r.name, ms(r.sample.median()),
			ms(r.sample.quantile(0.1)), ms(r.sample.quantile(0.9)), ratio, r.baseName, r.verdict())
	}
}

// callCount is what one cold start asked of AWS.
type callCount struct {
	name      string
	got, want []string
}

func writeCalls(w io.Writer, counts []callCount) {
	fmt.Fprintln(w, "| cold start | calls to AWS | goal |")
	fmt.Fprintln(w, "| --- | --- | --- |")
	for _, c := range counts {
		verdict := "kept"
		if !c.kept() {
			verdict = "**broken**"
		}
		fmt.Fprintf(w, "| %s | %d: %s | %d: %s |\n", c.name, len(c.got), list(c.got), len(c.want), verdict)
	}
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
