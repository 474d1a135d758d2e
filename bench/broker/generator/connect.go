package main

import (
	"flag"
	"fmt"
	"sync/atomic"
	"time"
)

// ConnectResult counts whole connections: TCP, CONNECT, CONNACK, DISCONNECT, close.
type ConnectResult struct {
	Window
	Connections int64 `json:"connections"`
}

// connectAndDisconnect has a number of clients that connect, leave in order, and connect again at once.
func connectAndDisconnect(arguments []string) (any, error) {
	flags := flag.NewFlagSet("connect", flag.ContinueOnError)
	address := flags.String("address", "", "host:port of the broker")
	broker := flags.Int("broker", 0, "process id of the broker")
	parallel := flags.Int("parallel", 100, "clients at a time")
	warmup := flags.Duration("warmup", time.Second, "")
	duration := flags.Duration("duration", 3*time.Second, "")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	var connections atomic.Int64
	var stopped atomic.Bool
	failed := make(chan error, *parallel)
	for i := 0; i < *parallel; i++ {
		go func() {
			for number := 0; !stopped.Load(); number++ {
				c, err := open(*address, fmt.Sprintf("bench-%s-%d-%d", runID, i, number), true)
				if err != nil {
					failed <- err
					return
				}
				c.leave()
				connections.Add(1)
			}
		}()
	}
	if err := wait(*warmup, failed); err != nil {
		return nil, err
	}
	begin, err := usageOf(*broker)
	if err != nil {
		return nil, err
	}
	before := connections.Load()
	if err := wait(*duration, failed); err != nil {
		return nil, err
	}
	end, err := usageOf(*broker)
	if err != nil {
		return nil, err
	}
	after := connections.Load()
	stopped.Store(true)
	return &ConnectResult{Window: begin.until(end), Connections: after - before}, nil
}
