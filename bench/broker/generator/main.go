// Command generator puts load on one MQTT 3.1.1 broker and prints what it measured as one JSON object. It runs on one core (GOMAXPROCS=1 and taskset, set by
// the caller) and reads the broker's CPU time from /proc, so that both clocks cover the same window.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

var commands = map[string]func(arguments []string) (any, error){
	"load":        load,
	"latency":     latency,
	"connect":     connectAndDisconnect,
	"idle":        idle,
	"sessions":    sessions,
	"fill":        fill,
	"drain":       drain,
	"certificate": certificate,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fail(fmt.Errorf("expected a command: load, latency, connect, idle, sessions, fill, drain or certificate"))
	}
	result, err := commands[os.Args[1]](os.Args[2:])
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "generator: %v\n", err)
	os.Exit(1)
}

// runID keeps the topics and client ids of two runs against the same broker apart.
var runID = fmt.Sprintf("%x", time.Now().UnixNano())
