/** What a test's house of billing and the programs that it starts have in common. */
export const SECRET_KEY = 'sk_test_tollgate';
export const RETURN_URL = 'http://shop.example/billing';
