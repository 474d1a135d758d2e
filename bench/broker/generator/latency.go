package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"slices"
	"sync"
	"time"
)

// LatencyResult is the time from just before the write of a PUBLISH to its arrival at the subscriber, in milliseconds.
type LatencyResult struct {
	Window
	// Where the URL of its metrics is known.
	Store    *StoreWindow `json:"store,omitempty"`
	Sent     int          `json:"sent"`
	Expected int          `json:"expected"`
	Received int          `json:"delivered"`
	P50      float64      `json:"p50"`
	P99      float64      `json:"p99"`
	P999     float64      `json:"p999"`
	Max      float64      `json:"max"`
}

// latency sends at a fixed rate whatever comes back (an open loop), so a broker that halts gets all the delays that its halt caused.
func latency(arguments []string) (any, error) {
	flags := flag.NewFlagSet("latency", flag.ContinueOnError)
	address := flags.String("address", "", "host:port of the broker")
	broker := flags.Int("broker", 0, "process id of the broker")
	qos := flags.Int("qos", 0, "")
	persistent := flags.Bool("persistent", false, "subscribers have a persistent session")
	rate := flags.Int("rate", 2000, "messages a second")
	pairs := flags.Int("pairs", 10, "publishers, and subscribers of one each")
	deliver := flags.Bool("deliver", true, "publishers have their subscribers; without, messages are for nobody")
	metrics := flags.String("metrics", "", "URL of the broker's metrics, to count commits")
	payload := flags.Int("payload", 64, "bytes")
	warmup := flags.Duration("warmup", time.Second, "")
	duration := flags.Duration("duration", 10*time.Second, "")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	r := &latencyRun{began: time.Now(), perMessage: time.Second / time.Duration(*rate), payload: max(payloadHeader, *payload), qos: byte(*qos), deliver: *deliver, failed: make(chan error, 2*(*pairs)+1)}
	p := plan{address: *address, broker: *broker, publishers: *pairs, subscribers: *pairs, pairs: true, topics: 1, qos: byte(*qos), persistent: *persistent}
	if err := r.openClients(&p); err != nil {
		return nil, err
	}
	if _, err := r.send(*warmup); err != nil {
		return nil, err
	}
	r.forget()
	storeBegin, err := storeUseOf(*metrics, p.broker)
	if err != nil {
		return nil, err
	}
	begin, err := usageOf(p.broker)
	if err != nil {
		return nil, err
	}
	sent, err := r.send(*duration)
	if err != nil {
		return nil, err
	}
	end, err := usageOf(p.broker)
	if err != nil {
		return nil, err
	}
	storeEnd, err := storeUseOf(*metrics, p.broker)
	if err != nil {
		return nil, err
	}
	result := r.result(sent)
	if *metrics != "" {
		result.Store = storeBegin.until(storeEnd)
	}
	result.Window = begin.until(end)
	return result, r.closeClients(&p)
}

type latencyRun struct {
	began       time.Time
	perMessage  time.Duration
	payload     int
	qos         byte
	deliver     bool
	publishers  []*publisher
	subscribers []*subscriber
	failed      chan error
	lock        sync.Mutex
	seen        []time.Duration
	sent        int
}

func (r *latencyRun) openClients(p *plan) error {
	for i := 0; i < p.publishers; i++ {
		pub, err := p.openPublisher(i)
		if err != nil {
			return err
		}
		r.publishers = append(r.publishers, pub)
		go func() { r.failed <- pub.readAcknowledgements() }()
		if !r.deliver {
			continue
		}
		s, err := p.openSubscriber(i)
		if err != nil {
			return err
		}
		r.subscribers = append(r.subscribers, s)
		go func() { r.failed <- r.receive(s) }()
	}
	return nil
}

func (r *latencyRun) closeClients(p *plan) error {
	for _, pub := range r.publishers {
		pub.leave()
	}
	for _, s := range r.subscribers {
		s.leave()
		if !p.persistent {
			continue
		}
		if err := forget(p.address, s.id); err != nil {
			return err
		}
	}
	return nil
}

func (r *latencyRun) receive(s *subscriber) error {
	var answers []byte
	for {
		answers = answers[:0]
		now := time.Duration(-1)
		err := s.read(func(first byte, body []byte) error {
			if first&0xf0 == pubrelPacket {
				answers = appendAcknowledgement(answers, pubcompPacket, binary.BigEndian.Uint16(body))
				return nil
			}
			if now < 0 {
				now = time.Since(r.began)
			}
			payload, id := parsePublish(first, body)
			r.note(now - time.Duration(binary.BigEndian.Uint64(payload[4:])))
			answers = appendDeliveryAnswer(answers, first, id)
			return nil
		})
		if err != nil {
			return err
		}
		if len(answers) > 0 {
			if _, err := s.conn.Write(answers); err != nil {
				return err
			}
		}
	}
}

func (r *latencyRun) note(d time.Duration) {
	r.lock.Lock()
	r.seen = append(r.seen, d)
	r.lock.Unlock()
}

func (r *latencyRun) received() int {
	r.lock.Lock()
	defer r.lock.Unlock()
	return len(r.seen)
}

func (r *latencyRun) forget() {
	r.lock.Lock()
	r.seen = r.seen[:0]
	r.lock.Unlock()
}

// send keeps to the schedule, then waits for what is under way.
func (r *latencyRun) send(duration time.Duration) (sent int, err error) {
	before := r.received()
	payload := make([]byte, r.payload)
	var packet []byte
	begin := time.Now()
	for ; time.Duration(sent)*r.perMessage < duration; sent++ {
		if err := wait(time.Until(begin.Add(time.Duration(sent)*r.perMessage)), r.failed); err != nil {
			return sent, err
		}
		p := r.publishers[sent%len(r.publishers)]
		r.sent++
		binary.BigEndian.PutUint64(payload[4:], uint64(time.Since(r.began)))
		packet = appendPublish(packet[:0], p.topics[0], r.qos, packetID(int64(r.sent)), payload)
		if _, err := p.conn.Write(packet); err != nil {
			return sent, fmt.Errorf("a publisher broke: %w", err)
		}
	}
	if !r.deliver {
		return sent, nil
	}
	for end := time.Now().Add(stallTimeout); r.received()-before < sent && time.Now().Before(end); {
		if err := wait(5*time.Millisecond, r.failed); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (r *latencyRun) result(sent int) *LatencyResult {
	r.lock.Lock()
	defer r.lock.Unlock()
	slices.Sort(r.seen)
	expected := sent
	if !r.deliver {
		expected = 0
	}
	if len(r.seen) == 0 {
		return &LatencyResult{Sent: sent, Expected: expected}
	}
	at := func(share float64) float64 {
		return float64(r.seen[min(len(r.seen)-1, int(share*float64(len(r.seen))))]) / float64(time.Millisecond)
	}
	return &LatencyResult{Sent: sent, Expected: expected, Received: len(r.seen), P50: at(0.5), P99: at(0.99), P999: at(0.999), Max: at(1)}
}
