package main

import (
	"flag"
	"fmt"
	"sync"
	"time"
)

// SessionsResult is what persistent sessions take whose clients are away.
type SessionsResult struct {
	Sessions    int   `json:"sessions"`
	BytesBefore int64 `json:"residentBytesBefore"`
	BytesHalf   int64 `json:"residentBytesWithHalf"`
	BytesAfter  int64 `json:"residentBytesAfter"`
	// Of one session.
	Bytes         float64 `json:"bytesPerSession"`
	MarginalBytes float64 `json:"bytesPerSessionOfSecondHalf"`
	StoredBytes   float64 `json:"storedBytesPerSession"`
}

// sessions has clients subscribe once each, with a session that persists, and leave.
func sessions(arguments []string) (any, error) {
	flags := flag.NewFlagSet("sessions", flag.ContinueOnError)
	address := flags.String("address", "", "host:port of the broker")
	broker := flags.Int("broker", 0, "process id of the broker")
	metrics := flags.String("metrics", "", "URL of the broker's metrics")
	count := flags.Int("count", 30000, "sessions")
	parallel := flags.Int("parallel", 100, "clients at a time")
	settle := flags.Duration("settle", 5*time.Second, "before memory is read, to let buffers be freed")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	before, err := residentBytes(*broker)
	if err != nil {
		return nil, err
	}
	storedBefore, err := metricOf(*metrics, storeSizeMetric)
	if err != nil {
		return nil, err
	}
	half, err := leaveSessions(*address, *broker, 0, *count/2, *parallel, *settle)
	if err != nil {
		return nil, err
	}
	after, err := leaveSessions(*address, *broker, *count/2, *count, *parallel, *settle)
	if err != nil {
		return nil, err
	}
	stored, err := metricOf(*metrics, storeSizeMetric)
	if err != nil {
		return nil, err
	}
	return &SessionsResult{
		Sessions: *count, BytesBefore: before, BytesHalf: half, BytesAfter: after,
		Bytes: float64(after-before) / float64(*count), MarginalBytes: float64(after-half) / float64(*count-*count/2),
		StoredBytes: (stored - storedBefore) / float64(*count),
	}, nil
}

// leaveSessions makes the sessions with these numbers and returns the broker's memory when it has come to rest.
func leaveSessions(address string, broker, from, to, parallel int, settle time.Duration) (int64, error) {
	numbers := make(chan int, to-from)
	for number := from; number < to; number++ {
		numbers <- number
	}
	close(numbers)
	failed := make(chan error, parallel)
	var clients sync.WaitGroup
	for i := 0; i < parallel; i++ {
		clients.Add(1)
		go func() {
			defer clients.Done()
			for number := range numbers {
				if err := leaveSession(address, number); err != nil {
					failed <- fmt.Errorf("session %d: %w", number, err)
					return
				}
			}
		}()
	}
	clients.Wait()
	select {
	case err := <-failed:
		return 0, err
	default:
	}
	time.Sleep(settle)
	return residentBytes(broker)
}

func leaveSession(address string, number int) error {
	id := fmt.Sprintf("bench-%s-session-%d", runID, number)
	c, err := open(address, id, false)
	if err != nil {
		return err
	}
	if err := c.subscribe([]string{fmt.Sprintf("devices/%s/commands", id)}, 1); err != nil {
		return err
	}
	c.leave()
	return nil
}
