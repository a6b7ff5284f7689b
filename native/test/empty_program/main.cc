// Shows whether a compiler has the runtime of a sanitizer, apart from any error of ours.
int main() { return 0; }
