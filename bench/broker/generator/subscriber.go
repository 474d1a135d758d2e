package main

import (
	"encoding/binary"
	"fmt"
)

type subscriber struct {
	*client
	plan      *plan
	number    int
	id        string
	delivered counter
	// Of messages that came twice or out of order.
	repeated int64
	// Number of the last message of each publisher.
	last []int64
}

func (p *plan) openSubscriber(number int) (*subscriber, error) {
	id := fmt.Sprintf("bench-%s-subscriber-%d", runID, number)
	c, err := open(p.address, id, !p.persistent)
	if err != nil {
		return nil, err
	}
	if err := c.subscribe([]string{p.filterOf(number)}, p.qos); err != nil {
		return nil, err
	}
	return &subscriber{client: c, plan: p, number: number, id: id, last: make([]int64, p.publishers)}, nil
}

func (s *subscriber) receive(publishers []*publisher) error {
	var answers []byte
	arrived := make([]int64, len(publishers))
	for {
		answers = answers[:0]
		count := int64(0)
		err := s.read(func(first byte, body []byte) error {
			switch first & 0xf0 {
			case publishPacket:
				payload, id := parsePublish(first, body)
				from := binary.BigEndian.Uint32(payload)
				s.check(from, int64(binary.BigEndian.Uint64(payload[4:])))
				arrived[from]++
				count++
				answers = appendDeliveryAnswer(answers, first, id)
			case pubrelPacket:
				answers = appendAcknowledgement(answers, pubcompPacket, binary.BigEndian.Uint16(body))
			default:
				return fmt.Errorf("packet 0x%02x came to a subscriber", first)
			}
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
		if count == 0 {
			continue
		}
		s.delivered.Add(count)
		for from, n := range arrived {
			if n > 0 {
				publishers[from].delivered.Add(n)
				publishers[from].room.raise()
				arrived[from] = 0
			}
		}
	}
}

// appendDeliveryAnswer writes PUBACK at QoS 1 and PUBREC at QoS 2.
func appendDeliveryAnswer(b []byte, first byte, packetID uint16) []byte {
	switch first >> 1 & 3 {
	case 1:
		return appendAcknowledgement(b, pubackPacket, packetID)
	case 2:
		return appendAcknowledgement(b, pubrecPacket, packetID)
	default:
		return b
	}
}

func (s *subscriber) check(from uint32, message int64) {
	if message <= s.last[from] {
		s.repeated++
		return
	}
	s.last[from] = message
}

// expected is how many deliveries there must have been for what was published.
func (s *subscriber) expected(publishers []*publisher) int64 {
	if s.plan.pairs {
		return publishers[s.number].published.Load()
	}
	total := int64(0)
	for _, p := range publishers {
		total += p.published.Load()
	}
	return total
}
