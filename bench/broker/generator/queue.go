package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"time"
)

// The queues of both commands: the broker is restarted in between, and the names must be the same.
const queueName = "bench-queue"

// QueueResult is what was queued, or what came out.
type QueueResult struct {
	Seconds    float64 `json:"seconds"`
	Messages   int64   `json:"messages"`
	OutOfOrder int64   `json:"repeatedOrOutOfOrder"`
}

type queues struct {
	address  string
	sessions int
	messages int
	payload  int
	window   int
}

func parseQueues(name string, arguments []string) (queues, error) {
	q := queues{}
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.StringVar(&q.address, "address", "", "host:port of the broker")
	flags.IntVar(&q.sessions, "sessions", 100, "persistent sessions without a client")
	flags.IntVar(&q.messages, "messages", 10000, "in the queue of each session")
	flags.IntVar(&q.payload, "payload", 64, "bytes")
	flags.IntVar(&q.window, "window", 1000, "messages without an acknowledgement")
	err := flags.Parse(arguments)
	return q, err
}

func (q queues) client(session int) (*client, error) {
	return open(q.address, fmt.Sprintf("%s-%d", queueName, session), false)
}

func (q queues) topic(session int) string {
	return fmt.Sprintf("%s/%d", queueName, session)
}

// fill leaves QoS 1 messages in the queues of sessions whose clients have gone.
func fill(arguments []string) (any, error) {
	q, err := parseQueues("fill", arguments)
	if err != nil {
		return nil, err
	}
	p := &plan{address: q.address, publishers: 1, topics: 1, qos: 1}
	for i := 0; i < q.sessions; i++ {
		c, err := q.client(i)
		if err != nil {
			return nil, err
		}
		if err := c.subscribe([]string{q.topic(i)}, 1); err != nil {
			return nil, err
		}
		c.leave()
	}
	begin := time.Now()
	pub, err := p.openPublisher(0)
	if err != nil {
		return nil, err
	}
	failed := make(chan error, 1)
	go func() { failed <- pub.readAcknowledgements() }()
	total := int64(q.sessions) * int64(q.messages)
	if err := q.publish(pub, total, failed); err != nil {
		return nil, err
	}
	pub.leave()
	return &QueueResult{Seconds: time.Since(begin).Seconds(), Messages: total}, nil
}

// publish sends to the sessions in turn, and returns when all is acknowledged.
func (q queues) publish(pub *publisher, total int64, failed chan error) error {
	payload := make([]byte, max(payloadHeader, q.payload))
	var batch []byte
	for next := int64(0); pub.acknowledged.Load() < total; {
		batch = batch[:0]
		for limit := min(total, pub.acknowledged.Load()+int64(q.window)); next < limit; next++ {
			binary.BigEndian.PutUint64(payload[4:], uint64(next/int64(q.sessions)+1))
			batch = appendPublish(batch, q.topic(int(next%int64(q.sessions))), 1, packetID(next+1), payload)
		}
		if len(batch) > 0 {
			if _, err := pub.conn.Write(batch); err != nil {
				return err
			}
			continue
		}
		select {
		case err := <-failed:
			return fmt.Errorf("the publisher broke: %w", err)
		case <-pub.room:
		case <-time.After(stallTimeout):
			return fmt.Errorf("the broker stopped to acknowledge at %d of %d messages", pub.acknowledged.Load(), total)
		}
	}
	return nil
}

// drain takes everything out, session by session, and removes the sessions.
func drain(arguments []string) (any, error) {
	q, err := parseQueues("drain", arguments)
	if err != nil {
		return nil, err
	}
	result := &QueueResult{}
	begin := time.Now()
	for i := 0; i < q.sessions; i++ {
		if err := q.drainSession(i, result); err != nil {
			return nil, err
		}
	}
	result.Seconds = time.Since(begin).Seconds()
	return result, nil
}

func (q queues) drainSession(session int, result *QueueResult) error {
	c, err := q.client(session)
	if err != nil {
		return err
	}
	next := int64(1)
	var answers []byte
	for next <= int64(q.messages) {
		if err := c.conn.SetReadDeadline(time.Now().Add(stallTimeout)); err != nil {
			return err
		}
		answers = answers[:0]
		err := c.read(func(first byte, body []byte) error {
			payload, id := parsePublish(first, body)
			message := int64(binary.BigEndian.Uint64(payload[4:]))
			if message != next {
				result.OutOfOrder++
			}
			next = message + 1
			result.Messages++
			answers = appendAcknowledgement(answers, pubackPacket, id)
			return nil
		})
		if err != nil {
			return fmt.Errorf("session %d, after message %d of %d: %w", session, next-1, q.messages, err)
		}
		if _, err := c.conn.Write(answers); err != nil {
			return err
		}
	}
	c.leave()
	return forget(q.address, fmt.Sprintf("%s-%d", queueName, session))
}
