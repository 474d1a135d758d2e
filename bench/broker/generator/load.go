package main

import (
	"flag"
	"fmt"
	"sync/atomic"
	"time"
)

// plan is what one load is made of.
type plan struct {
	address     string
	broker      int
	publishers  int
	subscribers int
	// Each publisher has a subscriber of its own; otherwise every subscriber gets everything.
	pairs      bool
	qos        byte
	persistent bool
	// Messages that one publisher may have under way: the loop is closed, so the broker is as fast as it can be and nothing has to be dropped.
	window int
	// The window is filled only when it is empty, so that every subscriber gets messages by the window, however many there are.
	burst bool
	// Topics that one publisher takes in turn.
	topics     int
	payload    int
	bystanders int
	warmup     time.Duration
	duration   time.Duration
}

// LoadResult has the rate of the measured window, and what became of every message from the first to the last.
type LoadResult struct {
	Window
	Published  int64 `json:"publishedInWindow"`
	Deliveries int64 `json:"deliveriesInWindow"`
	Expected   int64 `json:"expected"`
	Delivered  int64 `json:"delivered"`
	Missing    int64 `json:"missing"`
	// Came twice, or after a later one of its publisher.
	Repeated int64 `json:"repeatedOrOutOfOrder"`
	Stalled  bool  `json:"stalled"`
}

// Nothing moved for this long: the rest is lost.
const stallTimeout = 10 * time.Second

func load(arguments []string) (any, error) {
	p := plan{}
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.StringVar(&p.address, "address", "", "host:port of the broker")
	flags.IntVar(&p.broker, "broker", 0, "process id of the broker")
	flags.IntVar(&p.publishers, "publishers", 1, "")
	flags.IntVar(&p.subscribers, "subscribers", 1, "")
	flags.BoolVar(&p.pairs, "pairs", false, "one subscriber for each publisher")
	qos := flags.Int("qos", 0, "of publishers and subscribers")
	flags.BoolVar(&p.persistent, "persistent", false, "subscribers have a persistent session")
	flags.IntVar(&p.window, "window", 1000, "messages under way for each publisher")
	flags.BoolVar(&p.burst, "burst", false, "send a whole window at a time")
	flags.IntVar(&p.topics, "topics", 1, "topics of each publisher")
	flags.IntVar(&p.payload, "payload", 64, "bytes")
	flags.IntVar(&p.bystanders, "bystanders", 0, "wildcard subscriptions that match nothing")
	flags.DurationVar(&p.warmup, "warmup", time.Second, "")
	flags.DurationVar(&p.duration, "duration", 3*time.Second, "")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	p.qos = byte(*qos)
	if p.pairs && p.publishers != p.subscribers {
		return nil, fmt.Errorf("-pairs needs as many publishers as subscribers")
	}
	return p.run()
}

func (p *plan) run() (*LoadResult, error) {
	bystanders, err := p.openBystanders()
	if err != nil {
		return nil, err
	}
	failed := make(chan error, p.publishers+p.subscribers+1)
	var subscribers []*subscriber
	for i := 0; i < p.subscribers; i++ {
		s, err := p.openSubscriber(i)
		if err != nil {
			return nil, err
		}
		subscribers = append(subscribers, s)
	}
	var publishers []*publisher
	for i := 0; i < p.publishers; i++ {
		pub, err := p.openPublisher(i)
		if err != nil {
			return nil, err
		}
		publishers = append(publishers, pub)
	}
	for _, s := range subscribers {
		go func() { failed <- s.receive(publishers) }()
	}
	for _, pub := range publishers {
		go func() { failed <- pub.readAcknowledgements() }()
		go pub.publish()
	}
	result, err := p.measure(publishers, subscribers, failed)
	if err != nil {
		return nil, err
	}
	for _, pub := range publishers {
		pub.leave()
	}
	for _, s := range subscribers {
		s.leave()
		if p.persistent {
			if err := forget(p.address, s.id); err != nil {
				return nil, err
			}
		}
	}
	for _, b := range bystanders {
		b.leave()
	}
	return result, nil
}

type sample struct {
	usage
	published, delivered int64
}

func (p *plan) sample(publishers []*publisher, subscribers []*subscriber) (sample, error) {
	u, err := usageOf(p.broker)
	s := sample{usage: u}
	for _, pub := range publishers {
		s.published += pub.published.Load()
	}
	for _, sub := range subscribers {
		s.delivered += sub.delivered.Load()
	}
	return s, err
}

func (p *plan) measure(publishers []*publisher, subscribers []*subscriber, failed chan error) (*LoadResult, error) {
	if err := wait(p.warmup, failed); err != nil {
		return nil, err
	}
	begin, err := p.sample(publishers, subscribers)
	if err != nil {
		return nil, err
	}
	if err := wait(p.duration, failed); err != nil {
		return nil, err
	}
	end, err := p.sample(publishers, subscribers)
	if err != nil {
		return nil, err
	}
	for _, pub := range publishers {
		pub.stop()
	}
	result := &LoadResult{Window: begin.until(end.usage), Published: end.published - begin.published, Deliveries: end.delivered - begin.delivered}
	result.Stalled, err = p.settle(publishers, subscribers, failed)
	if err != nil {
		return nil, err
	}
	for _, s := range subscribers {
		result.Expected += s.expected(publishers)
		result.Delivered += s.delivered.Load()
		result.Repeated += s.repeated
	}
	result.Missing = max(0, result.Expected-(result.Delivered-result.Repeated))
	return result, nil
}

// settle waits until everything that was published has been delivered and acknowledged, and tells whether that ended in a standstill.
func (p *plan) settle(publishers []*publisher, subscribers []*subscriber, failed chan error) (stalled bool, err error) {
	last, since := int64(-1), time.Now()
	for {
		left := int64(0)
		for _, s := range subscribers {
			left += s.expected(publishers) - s.delivered.Load()
		}
		for _, pub := range publishers {
			left += pub.unacknowledged()
		}
		if left <= 0 {
			// A message that comes twice would come now.
			return false, wait(100*time.Millisecond, failed)
		}
		if left != last {
			last, since = left, time.Now()
		} else if time.Since(since) > stallTimeout {
			return true, nil
		}
		if err := wait(10*time.Millisecond, failed); err != nil {
			return false, err
		}
	}
}

// wait fails as soon as a connection does.
func wait(duration time.Duration, failed chan error) error {
	select {
	case err := <-failed:
		return fmt.Errorf("a connection broke: %w", err)
	case <-time.After(duration):
		return nil
	}
}

// deliveriesPerMessage is how many subscribers get one message.
func (p *plan) deliveriesPerMessage() int64 {
	if p.pairs {
		return 1
	}
	return int64(p.subscribers)
}

// signal wakes a publisher that waits for its window; one that is about to look has no need of it.
type signal chan struct{}

func (s signal) raise() {
	select {
	case s <- struct{}{}:
	default:
	}
}

type counter = atomic.Int64
