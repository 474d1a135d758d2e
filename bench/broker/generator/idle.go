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
	BytesHalf   int64 `json:"residentBytesWithHalf"`
	BytesAfter  int64 `json:"residentBytesAfter"`
	// Of one connection.
	Bytes float64 `json:"bytesPerConnection"`
	// Of one connection of the second half: without what the broker takes once, whatever the number.
	MarginalBytes float64 `json:"bytesPerConnectionOfSecondHalf"`
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
	first, half, err := openIdle(*address, *broker, 0, *count/2, *rate, *settle)
	if err != nil {
		return nil, err
	}
	second, after, err := openIdle(*address, *broker, *count/2, *count, *rate, *settle)
	if err != nil {
		return nil, err
	}
	for _, c := range append(first, second...) {
		c.leave()
	}
	return &IdleResult{
		Connections: *count, BytesBefore: before, BytesHalf: half, BytesAfter: after,
		Bytes: float64(after-before) / float64(*count), MarginalBytes: float64(after-half) / float64(len(second)),
	}, nil
}

// openIdle opens the connections with these numbers and returns the broker's memory when it has come to rest.
func openIdle(address string, broker, from, to, rate int, settle time.Duration) (clients []*client, resident int64, err error) {
	begin := time.Now()
	for i := from; i < to; i++ {
		time.Sleep(time.Until(begin.Add(time.Duration(i-from) * time.Second / time.Duration(rate))))
		c, err := open(address, fmt.Sprintf("bench-%s-idle-%d", runID, i), true)
		if err != nil {
			return nil, 0, fmt.Errorf("after %d connections: %w", i, err)
		}
		clients = append(clients, c)
	}
	time.Sleep(settle)
	resident, err = residentBytes(broker)
	return clients, resident, err
}
