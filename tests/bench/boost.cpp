/* SPDX-License-Identifier: BSD-3-Clause */
/* boost LENGTH COUNT: the nanoseconds that a message takes through Boost's message queue, from one process to another. */
#include <boost/interprocess/ipc/message_queue.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now()
{
	timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return double(time.tv_sec) * 1e9 + double(time.tv_nsec);
}

int
main(int count, char **arguments)
{
	using boost::interprocess::message_queue;
	static char buffer[65536];
	std::size_t length = count > 2 ? std::strtoul(arguments[1], nullptr, 10) : 8;
	long messages = count > 2 ? std::atol(arguments[2]) : 1000;
	std::string name = "pshm-bench-boost-" + std::to_string(getpid());
	message_queue::size_type received;
	unsigned priority;

	/* As many messages as a ring of 1 MiB holds, at most 1024. */
	message_queue queue(boost::interprocess::create_only, name.c_str(), length >= 4096 ? 16 : 1024, length);
	message_queue::remove(name.c_str());
	double start = now();
	pid_t sender = fork();

	if (sender == 0) {
		for (long i = 0; i < messages; i++)
			queue.send(buffer, length, 0);
		_exit(0);
	}
	for (long i = 0; i < messages; i++)
		queue.receive(buffer, sizeof buffer, received, priority);
	std::printf("%.1f\n", (now() - start) / double(messages));
	waitpid(sender, nullptr, 0);
	return 0;
}
