// Command planets moves the solar system on from a table of positions and velocities. It says when two bodies were closest, and writes where
// all are in the end.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// start is J2000, the time of the table, and day the seconds of a day.
var start = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

const day = 86400

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("planets", flag.ContinueOnError)
	days := flags.Float64("days", 365.25636, "how far to go; negative for the past")
	hours := flags.Float64("step", 6, "hours of a step, at most 24")
	pair := flags.String("closest", "Earth,Mars", "two bodies whose least distance is asked for")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !(*hours > 0 && *hours <= 24) || !(math.Abs(*days) <= 1e6) {
		return fmt.Errorf("-step %v -days %v: expected more than 0 and at most 24 hours, and at most a million days", *hours, *days)
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("got %d files, expected one table of bodies", flags.NArg())
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer file.Close()
	bodies, err := read(file)
	if err != nil {
		return fmt.Errorf("%s: %w", flags.Arg(0), err)
	}
	first, second, _ := strings.Cut(*pair, ",")
	a, b := find(bodies, first), find(bodies, second)
	if a == nil || b == nil || a == b {
		return fmt.Errorf("-closest %s: expected two bodies of the table, with a comma between them", *pair)
	}
	move(out, bodies, a, b, *days, *hours)
	return nil
}

// move moves the bodies on, and prints what came of it. a and b are two of them.
func move(out io.Writer, bodies []body, a, b *body, days, hours float64) {
	before := energy(bodies)
	steps := max(1, math.Ceil(math.Abs(days)*24/hours))
	length := days * day / steps
	approach := approach{least: math.Inf(1)}
	approach.see(a, b)
	for range int(steps) {
		step(bodies, length)
		approach.see(a, b)
	}
	least, at := math.Sqrt(approach.least), float64(approach.step*length)
	fmt.Fprintf(out, "%s to %s in %.0f steps; the energy changed by %.0e of itself\n", date(0), date(days*day), steps, math.Abs(energy(bodies)/before-1))
	fmt.Fprintf(out, "%s and %s were closest on %s: %.0f km\n\n", a.name, b.name, date(at), least)
	fmt.Fprintf(out, "%-10s %16s %16s %16s\n", "at the end", "x km", "y km", "z km")
	for _, body := range bodies {
		fmt.Fprintf(out, "%-10s %16.0f %16.0f %16.0f\n", body.name, body.at[0], body.at[1], body.at[2])
	}
}

// approach finds the least distance of two bodies from their distances after each step.
type approach struct {
	squares [3]float64 // of the last three distances
	seen    int
	least   float64 // the square
	step    float64 // steps from the start to the least
}

// see takes the distance at the next step. Where the one before is less than its neighbours, the least lies on the parabola through the three.
func (p *approach) see(a, b *body) {
	way := b.at.add(a.at, -1)
	s := &p.squares
	s[0], s[1], s[2] = s[1], s[2], way.dot(way)
	if s[2] < p.least {
		p.least, p.step = s[2], float64(p.seen)
	}
	if p.seen >= 2 && s[1] <= s[0] && s[1] < s[2] {
		along := (s[0] - s[2]) / (2 * (s[0] - 2*s[1] + s[2]))
		if lowest := s[1] - float64((s[0]-s[2])*along)/4; lowest <= p.least {
			p.least, p.step = lowest, float64(p.seen-1)+along
		}
	}
	p.seen++
}

// date returns the time that lies some seconds after J2000, in barycentric dynamical time.
func date(seconds float64) string {
	return start.Add(time.Duration(math.Round(seconds/60)) * time.Minute).Format("2006-01-02 15:04")
}

// read reads a table: name, GM, position and velocity of a body in each line.
func read(table io.Reader) (bodies []body, err error) {
	lines := bufio.NewScanner(table)
	for number := 1; lines.Scan(); number++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		var n [7]float64
		if len(fields) != 1+len(n) {
			return nil, fmt.Errorf("line %d has %d fields, expected a name and %d numbers", number, len(fields), len(n))
		}
		for i := range n {
			if n[i], err = strconv.ParseFloat(fields[1+i], 64); err != nil {
				return nil, fmt.Errorf("line %d: %w", number, err)
			}
		}
		bodies = append(bodies, body{fields[0], n[0], vec{n[1], n[2], n[3]}, vec{n[4], n[5], n[6]}})
	}
	return bodies, lines.Err()
}

func find(bodies []body, name string) *body {
	for i := range bodies {
		if bodies[i].name == name {
			return &bodies[i]
		}
	}
	return nil
}
