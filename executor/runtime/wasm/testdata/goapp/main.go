// Command goapp is an app of the tests: it reads /in/x and writes /out/y. Its
// output depends on its seed, through the order of a map, and on its clock.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	data, err := os.ReadFile("/in/x")
	if err != nil {
		return err
	}
	numbers := map[int]string{}
	for i := range 100 {
		numbers[i] = fmt.Sprint(i)
	}
	order := ""
	for i := range numbers {
		order += numbers[i] + " "
	}
	encoded, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	done := make(chan int)
	go func() { done <- len(encoded) }()
	time.Sleep(time.Second)
	now := time.Now().UTC().Truncate(time.Second).Format(time.RFC3339)
	out := fmt.Sprintf("%s%d %s, %s, it is %s\n", order, <-done, data, os.Args[1], now)
	if err := os.WriteFile("/tmp/y", []byte(out), 0o644); err != nil {
		return err
	}
	return os.Rename("/tmp/y", "/out/y")
}
