package main

import (
	"flag"
	"fmt"
	"time"
)

// IdleResult is the growth of the broker's resident memory by connections that do nothing.
type IdleResult struct {
	Connections int   `json:"connections"`
	BytesBefore int64 `json:"residentBytesBefore"`
	BytesAfter  int64 `json:"residentBytesAfter"`
	// Of one connection.
	Bytes float64 `json:"bytesPerConnection"`
}

func idle(arguments []string) (any, error) {
	flags := flag.NewFlagSet("idle", flag.ContinueOnError)
	address := flags.String("address", "", "host:port of the broker")
	broker := flags.Int("broker", 0, "process id of the broker")
	count := flags.Int("count", 10000, "connections")
	rate := flags.Int("rate", 2000, "connections a second")
	settle := flags.Duration("settle", 5*time.Second, "before memory is read, to let buffers be freed")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	before, err := residentBytes(*broker)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	clients := make([]*client, 0, *count)
	for i := 0; i < *count; i++ {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(*rate))))
		c, err := open(*address, fmt.Sprintf("bench-%s-idle-%d", runID, i), true)
		if err != nil {
			return nil, fmt.Errorf("after %d connections: %w", i, err)
		}
		clients = append(clients, c)
	}
	time.Sleep(*settle)
	after, err := residentBytes(*broker)
	if err != nil {
		return nil, err
	}
	for _, c := range clients {
		c.leave()
	}
	return &IdleResult{Connections: *count, BytesBefore: before, BytesAfter: after, Bytes: float64(after-before) / float64(*count)}, nil
}
